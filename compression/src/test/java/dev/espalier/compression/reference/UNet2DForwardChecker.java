package dev.espalier.compression.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Ops;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.network.unet2d.UNet2D;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A U-Net's output, the activations inside it, and the gradients of its mean squared error towards
 * the sample and every parameter are those of diffusers and torch.
 */
final class UNet2DForwardChecker implements ReferenceChecker {
  private static final double OUTPUT_TOLERANCE = 2e-5;
  private static final double GRADIENT_TOLERANCE = 1e-4;

  /** Below this norm a gradient counts as zero, and rounding is compared absolutely (to 1e-7). */
  private static final double SMALLEST_NORM = 1e-3;

  @Override
  public boolean accepts(Path caseDir) {
    return caseDir.getParent().endsWith("unet2d")
        && Files.exists(caseDir.resolve("io.safetensors"));
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict io = ReferenceSet.tensors(caseDir.resolve("io.safetensors"));
    StateDict parameters = ReferenceSet.tensors(caseDir.resolve("model.safetensors"));
    List<Outcome> outcomes = new ArrayList<>();
    Map<String, Tensor> activations = new HashMap<>();
    Map<String, Tensor> gradients = new HashMap<>();
    try (Torch.Session session = Torch.open();
        Weights weights = Weights.of(session, session.manager(), parameters, true)) {
      NDManager scope = session.manager();
      NDArray sample = session.toDevice(scope, io.get("sample"));
      sample.setRequiresGradient(true);
      Map<String, NDArray> seen = new HashMap<>();
      Ops<NDArray> ops = recording(Run.gradient(session.script(), weights, scope), seen);
      NDArray output = forward(ReferenceSet.network(caseDir), ops, sample, io, session);
      NDArray target = session.toDevice(scope, io.get("target"));
      NDList loss = session.script().run(scope, "squared_error", true, output, target, false);
      NDList inputs = new NDList(weights.all());
      inputs.add(sample);
      NDList grads = session.script().run(scope, "grad", true, loss.get(0), inputs);

      double stored = ReferenceSet.json(caseDir.resolve("case.json")).get("loss").asDouble();
      double lossError = Math.abs(loss.get(0).toFloatArray()[0] - stored);
      outcomes.add(new Outcome("loss", lossError, OUTPUT_TOLERANCE));
      outcomes.add(output("output", Torch.toHost(output), io.get("output")));
      seen.forEach((key, array) -> activations.put(key, Torch.toHost(array)));
      List<String> keys = new ArrayList<>(weights.byKey().keySet());
      keys.add("sample");
      for (String key : keys) {
        gradients.put(key, Torch.toHost(grads.get(gradients.size())));
      }
    }
    outcomes.addAll(activations(caseDir, activations));
    outcomes.addAll(gradients(caseDir, io, gradients));
    Outcome worst = Outcome.worst(outcomes);
    String what = String.format("%d comparisons, worst %s", outcomes.size(), worst.what());
    return new Outcome(what, worst.error(), worst.tolerance());
  }

  private static NDArray forward(
      Network network, Ops<NDArray> ops, NDArray sample, StateDict io, Torch.Session session) {
    NDArray timesteps = session.toDevice(session.manager(), io.get("timesteps"));
    if (!io.has("class_labels")) return network.forward(ops, sample, timesteps);
    NDArray labels = session.toDevice(session.manager(), io.get("class_labels"));
    return ((UNet2D) network).forward(ops, sample, timesteps, labels);
  }

  /** Reads as {@code run} does, and keeps the result of every keyed part under diffusers' name. */
  @SuppressWarnings("unchecked")
  private static Ops<NDArray> recording(Run run, Map<String, NDArray> seen) {
    return (Ops<NDArray>)
        Proxy.newProxyInstance(
            Ops.class.getClassLoader(),
            new Class<?>[] {Ops.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(run, arguments);
              if (method.getName().equals("timestepEmbedding")) {
                seen.put("time_proj", (NDArray) result);
              } else if (arguments[0] instanceof String key && result instanceof NDArray array) {
                seen.put(key.equals("time_embedding.linear_2") ? "time_embedding" : key, array);
              }
              return result;
            });
  }

  private static Outcome output(String what, Tensor ours, Tensor reference) {
    return new Outcome(what, Differences.largest(ours, reference), OUTPUT_TOLERANCE);
  }

  private static List<Outcome> activations(Path caseDir, Map<String, Tensor> ours) {
    Path file = caseDir.resolve("activations.safetensors");
    List<Outcome> outcomes = new ArrayList<>();
    if (Files.exists(file)) {
      ReferenceSet.tensors(file)
          .tensors()
          .forEach((key, stored) -> outcomes.add(output(key, ours.get(key), stored)));
    }
    return outcomes;
  }

  private static List<Outcome> gradients(Path caseDir, StateDict io, Map<String, Tensor> ours) {
    List<Outcome> outcomes = new ArrayList<>();
    JsonNode norms = ReferenceSet.json(caseDir.resolve("grad_norms.json"));
    ours.forEach(
        (key, gradient) -> {
          boolean isSample = key.equals("sample");
          String stored = isSample ? "grad_sample" : "grad." + key;
          if (io.has(stored)) {
            double error = Differences.norm(gradient, io.get(stored));
            outcomes.add(gradient(stored, error, Differences.norm(io.get(stored))));
          }
          if (!isSample) {
            double norm = norms.get(key).get("l2").asDouble();
            double error = Math.abs(Differences.norm(gradient) - norm);
            outcomes.add(gradient("gradient norm of " + key, error, norm));
          }
        });
    return outcomes;
  }

  private static Outcome gradient(String what, double error, double norm) {
    return new Outcome(what, error / Math.max(norm, SMALLEST_NORM), GRADIENT_TOLERANCE);
  }
}
