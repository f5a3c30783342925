package dev.espalier.compression.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.diffusion.DdimScheduler;
import dev.espalier.compression.diffusion.DdimScheduler.Variant;
import dev.espalier.compression.diffusion.SchedulerConfig;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The samples after every step of diffusers' {@code DDIMPipeline}, and its images. */
final class DdimTrajectoryChecker implements ReferenceChecker {
  private static final double LEAST_TOLERANCE = 1e-4;

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("trajectory.safetensors"))
        && caseDir.getFileName().toString().startsWith("ddim");
  }

  @Override
  public Outcome check(Path caseDir) {
    JsonNode json = ReferenceSet.json(caseDir.resolve("case.json"));
    StateDict stored = ReferenceSet.tensors(caseDir.resolve("trajectory.safetensors"));
    double tolerance =
        Math.max(LEAST_TOLERANCE, 10 * json.get("float32_vs_float64_maxabs").asDouble());
    Path model = ReferenceSet.at(json.get("title").asText().replaceFirst(".* model ", ""));
    List<Outcome> outcomes = new ArrayList<>();
    Tensor x = stored.get("x_T");
    try (Torch.Session session = Torch.open();
        Weights weights = weights(session, model)) {
      SchedulerConfig config = SchedulerConfig.of(json.get("scheduler_config"));
      DdimScheduler scheduler = new DdimScheduler(session, config, json.get("timesteps").size());
      String timesteps = Arrays.toString(scheduler.timesteps()).replace(" ", "");
      boolean same = timesteps.equals(json.get("timesteps").toString());
      outcomes.add(new Outcome("timesteps", same ? 0 : 1, 0));
      int i = 0;
      for (int t : scheduler.timesteps()) {
        Tensor output = output(session, ReferenceSet.network(model), weights, x, t);
        x = scheduler.step(output, t, x, Variant.PLAIN).previous();
        String key = "x." + i++;
        outcomes.add(new Outcome(key, Differences.largest(x, stored.get(key)), tolerance));
      }
      outcomes.add(image(session, x, stored.get("image_uint8")));
    }
    Outcome worst = Outcome.worst(outcomes);
    String what = String.format("%d comparisons, worst %s", outcomes.size(), worst.what());
    return new Outcome(what, worst.error(), worst.tolerance());
  }

  private static Weights weights(Torch.Session session, Path model) {
    StateDict weights = ReferenceSet.tensors(model.resolve("model.safetensors"));
    return Weights.of(session, session.manager(), weights, false);
  }

  private static Tensor output(
      Torch.Session session, Network network, Weights weights, Tensor x, int t) {
    try (NDManager scope = session.manager().newSubManager()) {
      long[] timesteps = new long[x.extent(0)];
      Arrays.fill(timesteps, t);
      Run run = Run.inference(session.script(), weights, scope);
      return Torch.toHost(
          network.forward(run, session.toDevice(scope, x), scope.create(timesteps)));
    }
  }

  /** One grey level of difference is rounding. Stored are [N, H, W, C]. */
  private static Outcome image(Torch.Session session, Tensor x, Tensor stored) {
    try (NDManager scope = session.manager().newSubManager()) {
      NDArray image = session.script().compute(scope, "to_uint8", session.toDevice(scope, x));
      Tensor ours = Torch.toHost(image.transpose(0, 2, 3, 1));
      return new Outcome("image_uint8", Differences.largest(ours, stored), 1);
    }
  }
}
