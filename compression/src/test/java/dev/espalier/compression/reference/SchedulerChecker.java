package dev.espalier.compression.reference;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.diffusion.DdimScheduler;
import dev.espalier.compression.diffusion.DdimScheduler.Variant;
import dev.espalier.compression.diffusion.DdpmScheduler;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.NoisyBatch;
import dev.espalier.compression.diffusion.SchedulerConfig;
import dev.espalier.compression.diffusion.SchedulerStep;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Noise schedule, noised images, timesteps and single steps are those of diffusers' {@code
 * DDIMScheduler} and {@code DDPMScheduler}. The stored velocities are not compared: nothing here
 * makes them.
 */
final class SchedulerChecker implements ReferenceChecker {
  private static final double TABLE_TOLERANCE = 1e-6;
  private static final double STEP_TOLERANCE = 1e-5;

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("scheduler_config.json"))
        && List.of("DDIMScheduler", "DDPMScheduler").contains(className(caseDir));
  }

  private static String className(Path caseDir) {
    return ReferenceSet.json(caseDir.resolve("scheduler_config.json")).path("_class_name").asText();
  }

  @Override
  public Outcome check(Path caseDir) {
    SchedulerConfig config =
        SchedulerConfig.of(ReferenceSet.json(caseDir.resolve("scheduler_config.json")));
    StateDict stored = ReferenceSet.tensors(caseDir.resolve("tensors.safetensors"));
    List<Outcome> outcomes = new ArrayList<>(tables(config.noiseSchedule(), stored));
    outcomes.add(noisy(config.noiseSchedule(), stored));
    for (Map.Entry<String, JsonNode> list :
        ReferenceSet.json(caseDir.resolve("timesteps.json")).properties()) {
      if (list.getKey().equals("train")) continue;
      int[] ours = config.timesteps(Integer.parseInt(list.getKey()));
      boolean same = Arrays.toString(ours).replace(" ", "").equals(list.getValue().toString());
      outcomes.add(new Outcome(list.getKey() + " timesteps", same ? 0 : 1, 0));
    }
    try (Torch.Session session = Torch.open()) {
      for (JsonNode step : ReferenceSet.json(caseDir.resolve("steps.json"))) {
        int steps = step.get("n").asInt();
        outcomes.addAll(
            className(caseDir).equals("DDIMScheduler")
                ? step(new DdimScheduler(session, config, steps), step, stored)
                : step(new DdpmScheduler(session, config, steps), step, stored));
      }
    }
    Outcome worst = Outcome.worst(outcomes);
    String what = String.format("%d comparisons, worst %s", outcomes.size(), worst.what());
    return new Outcome(what, worst.error(), worst.tolerance());
  }

  private static List<Outcome> tables(NoiseSchedule schedule, StateDict stored) {
    int n = schedule.steps();
    return List.of(
        table("betas", Tensor.of(schedule.betas(), n), stored.get("betas")),
        table("alphas_cumprod", Tensor.of(schedule.cumulative(), n), stored.get("alphas_cumprod")));
  }

  private static Outcome table(String what, Tensor ours, Tensor stored) {
    return new Outcome(what, Differences.largest(ours, stored), TABLE_TOLERANCE);
  }

  private static Outcome noisy(NoiseSchedule schedule, StateDict stored) {
    try (Torch.Session session = Torch.open()) {
      NDArray images = session.toDevice(session.manager(), stored.get("x0"));
      NDArray noise = session.toDevice(session.manager(), stored.get("noise"));
      int[] timesteps =
          Arrays.stream(stored.get("add_noise_timesteps").longs()).mapToInt(t -> (int) t).toArray();
      NoisyBatch batch =
          NoisyBatch.of(session, session.manager(), schedule, images, timesteps, noise);
      return table("add_noise", Torch.toHost(batch.noisy()), stored.get("noisy"));
    }
  }

  private static List<Outcome> step(DdimScheduler scheduler, JsonNode stored, StateDict tensors) {
    String name = "step" + stored.get("index").asInt();
    int t = stored.get("t").asInt();
    double eta = stored.path("eta").asDouble(0);
    Variant variant =
        new Variant(
            eta,
            eta == 0 ? null : tensors.get(name + ".variance_noise"),
            stored.path("use_clipped_model_output").asBoolean());
    SchedulerStep step =
        scheduler.step(tensors.get("step_model_output"), t, tensors.get("step_sample"), variant);
    return outcomes(name, step, scheduler.variance(t), stored, tensors);
  }

  private static List<Outcome> step(DdpmScheduler scheduler, JsonNode stored, StateDict tensors) {
    String name = "step" + stored.get("index").asInt();
    int t = stored.get("t").asInt();
    SchedulerStep step =
        scheduler.step(
            tensors.get("step_model_output"),
            t,
            tensors.get("step_sample"),
            t > 0 ? tensors.get(name + ".variance_noise") : null);
    return outcomes(name, step, scheduler.variance(t), stored, tensors);
  }

  private static List<Outcome> outcomes(
      String name, SchedulerStep step, float variance, JsonNode stored, StateDict tensors) {
    double error = Math.abs(variance - stored.get("variance").asDouble());
    return List.of(
        new Outcome(name + ".variance", error, TABLE_TOLERANCE),
        element(name + ".prev_sample", step.previous(), tensors),
        element(name + ".pred_original_sample", step.original(), tensors));
  }

  /**
   * Images predicted at the noisy end are divided by √ᾱ and reach 10³, where neighbouring floats
   * lie further apart than the tolerance; whether a processor rounds a product before it is added
   * then moves an element to its neighbour.
   */
  private static Outcome element(String key, Tensor ours, StateDict stored) {
    Tensor reference = stored.get(key);
    double largest = Arrays.stream(reference.doubles()).map(Math::abs).max().orElse(0);
    double tolerance = Math.max(STEP_TOLERANCE, Math.ulp((float) largest));
    return new Outcome(key, Differences.largest(ours, reference), tolerance);
  }
}
