package dev.espalier.compression.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.NoisyBatch;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.finetune.TrainingListener;
import dev.espalier.compression.finetune.TrainingLoop;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A training on stored batches: losses and gradient norms of every step, the weights at the end and
 * their moving averages are those of torch's Adam or AdamW and diffusers' {@code EMAModel}.
 */
final class AdamChecker implements ReferenceChecker {
  private static final double RELATIVE_TOLERANCE = 1e-5;
  private static final double ELEMENT_TOLERANCE = 2e-4;

  /** Its gradient is analytically zero, and Adam makes steps of the rounding. */
  private static final String WITHOUT_GRADIENT = ".to_k.bias";

  /** A stored moving average and the settings that make it. */
  private record Average(String stored, double decay, String warmup) {}

  @Override
  public boolean accepts(Path caseDir) {
    return caseDir.getParent().endsWith("optimizer")
        && List.of("Adam", "AdamW").contains(spec(caseDir).path("optimizer").asText())
        && Files.exists(batches(caseDir));
  }

  /** A case may use the batches of another one. */
  private static Path batches(Path caseDir) {
    String owner = spec(caseDir).path("share").asText(caseDir.getFileName().toString());
    return caseDir.resolveSibling(owner).resolve("batches.safetensors");
  }

  private static JsonNode spec(Path caseDir) {
    return ReferenceSet.json(caseDir.resolve("case.json")).path("spec");
  }

  @Override
  public Outcome check(Path caseDir) {
    JsonNode spec = spec(caseDir);
    List<Outcome> outcomes = new ArrayList<>();
    JsonNode ema = spec.get("ema");
    List<Average> averages =
        List.of(
            new Average("plain_ema", spec.get("plain_mu").asDouble(), "none"),
            new Average("ema.warmup", ema.at("/warmup/decay").asDouble(), "power"),
            new Average("ema.nowarmup_0999", ema.at("/nowarmup_0999/decay").asDouble(), "ramp"));
    for (Average average : averages) {
      History history = new History();
      TrainingState end = train(caseDir, spec, average, history);
      outcomes.addAll(history.outcomes(ReferenceSet.json(caseDir.resolve("history.json"))));
      outcomes.addAll(weights(caseDir, "final", end.weights()));
      outcomes.addAll(weights(caseDir, average.stored(), end.average()));
    }
    Outcome worst = Outcome.worst(outcomes);
    String what = String.format("%d comparisons, worst %s", outcomes.size(), worst.what());
    return new Outcome(what, worst.error(), worst.tolerance());
  }

  private static TrainingState train(
      Path caseDir, JsonNode spec, Average average, TrainingListener listener) {
    Path model = ReferenceSet.at(spec.get("model").asText());
    StateDict start = ReferenceSet.tensors(model.resolve("model.safetensors"));
    StateDict batches = ReferenceSet.tensors(batches(caseDir));
    try (Torch.Session session = Torch.open()) {
      return TrainingLoop.run(
          session,
          TrainingState.start(start),
          config(spec, average),
          new StoredBatches(
              session,
              ReferenceSet.network(model),
              batches,
              spec.get("loss").asText().equals("sum_mean")),
          listener);
    }
  }

  private static FinetuneConfig config(JsonNode spec, Average average) {
    JsonNode optimizer = spec.get("opt_args");
    Map<String, Object> fields =
        Map.ofEntries(
            Map.entry("steps", spec.get("steps")),
            Map.entry("batch", spec.get("batch")),
            Map.entry("optimizer", spec.get("optimizer").asText().toLowerCase(Locale.ROOT)),
            Map.entry("learningRate", optimizer.get("lr")),
            Map.entry("warmup", spec.path("warmup").asInt(0)),
            Map.entry("beta1", optimizer.at("/betas/0")),
            Map.entry("beta2", optimizer.at("/betas/1")),
            Map.entry("epsilon", optimizer.get("eps")),
            Map.entry("weightDecay", optimizer.get("weight_decay")),
            Map.entry("clip", spec.get("clip")),
            Map.entry("emaDecay", average.decay()),
            Map.entry("emaWarmup", average.warmup()));
    return Json.bind(Json.MAPPER.valueToTree(fields), FinetuneConfig.class, "case.json");
  }

  /** Squared error, summed over pixels or averaged over all, on the batches of the case. */
  private record StoredBatches(
      Torch.Session session, Network network, StateDict batches, boolean summed)
      implements Objective {
    @Override
    public NDArray loss(Run ops, NDManager scope, int step) {
      int[] timesteps =
          Arrays.stream(at("timesteps", step).longs()).mapToInt(Math::toIntExact).toArray();
      NoisyBatch batch =
          NoisyBatch.of(
              session,
              scope,
              NoiseSchedule.ddpm(),
              session.toDevice(scope, at("clean", step)),
              timesteps,
              session.toDevice(scope, at("noise", step)));
      NDArray predicted = network.forward(ops, batch.noisy(), batch.timesteps());
      return session
          .script()
          .run(scope, "squared_error", true, batch.noise(), predicted, summed)
          .singletonOrThrow();
    }

    private Tensor at(String key, int step) {
      int[] shape = batches.get(key).shape();
      Tensor one = batches.get(key).select(0, new int[] {step - 1});
      return one.reshape(Arrays.copyOfRange(shape, 1, shape.length));
    }

    @Override
    public double validate(ReadAveraged ops) {
      return 0;
    }
  }

  private static final class History implements TrainingListener {
    private final List<Step> steps = new ArrayList<>();

    @Override
    public void step(Step step, Supplier<TrainingState> state) {
      steps.add(step);
    }

    @Override
    public void validation(int step, double loss) {}

    @Override
    public void checkpoint(int step, Supplier<TrainingState> state) {}

    List<Outcome> outcomes(JsonNode stored) {
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < stored.get("losses").size(); i++) {
        Step step = steps.get(i);
        outcomes.add(relative("loss " + (i + 1), step.loss(), stored.at("/losses/" + i)));
        outcomes.add(relative("norm " + (i + 1), step.gradientNorm(), stored.at("/norms/" + i)));
      }
      return outcomes;
    }
  }

  private static Outcome relative(String what, double ours, JsonNode stored) {
    double reference = stored.asDouble();
    return new Outcome(what, Math.abs(ours - reference) / reference, RELATIVE_TOLERANCE);
  }

  private static List<Outcome> weights(Path caseDir, String kind, StateDict ours) {
    List<Outcome> outcomes = new ArrayList<>();
    JsonNode stats = ReferenceSet.json(caseDir.resolve("final_stats.json")).get(kind);
    StateDict some = ReferenceSet.tensors(caseDir.resolve("final_some.safetensors"));
    for (String key : ours.keys()) {
      if (key.endsWith(WITHOUT_GRADIENT)) continue;
      String name = kind + "." + key;
      outcomes.add(
          relative("l2 of " + name, Differences.norm(ours.get(key)), stats.at("/" + key + "/l2")));
      if (some.has(name)) {
        double error = Differences.largest(ours.get(key), some.get(name));
        outcomes.add(new Outcome(name, error, ELEMENT_TOLERANCE));
      }
    }
    return outcomes;
  }
}
