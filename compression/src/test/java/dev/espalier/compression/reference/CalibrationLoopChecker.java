package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.prune.Calibration;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.prune.Statistic;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Diff-Pruning's accumulation over timesteps in both published forms: the loss of every timestep,
 * where it stops, the size of the accumulated gradients, and what is pruned by those that are not
 * stored.
 */
final class CalibrationLoopChecker implements ReferenceChecker {
  private static final double LOSS_TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;

  /** Norms below this share of the largest are rounding and not compared. */
  private static final double SMALLEST = 1e-5;

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("loop.json"));
  }

  @Override
  public Outcome check(Path caseDir) {
    return Outcome.worst(checks(caseDir));
  }

  @Override
  public List<Outcome> checks(Path caseDir) {
    JsonNode loop = ReferenceSet.json(caseDir.resolve("loop.json"));
    Selections selections = new Selections(caseDir);
    double threshold = loop.get("thr").asDouble();
    List<Outcome> outcomes = new ArrayList<>();

    Calibration script =
        pass(caseDir, selections, "diff-pruning", threshold, "torch-pruning-1.1.7");
    outcomes.addAll(compare("ddpm_prune_py", loop.get("ddpm_prune_py"), script));
    Calibration experiment = pass(caseDir, selections, "diff-pruning", threshold, "paper");
    outcomes.addAll(compare("ddpm_exp_prune_py", loop.get("ddpm_exp_prune_py"), experiment));
    Calibration whole = pass(caseDir, selections, "taylor", 0, "torch-pruning-1.1.7");
    outcomes.add(losses("all 1000 steps", loop.get("all_1000_losses"), whole));
    outcomes.add(gradients("all 1000 steps", loop.get("all_1000_grad_stats"), whole.sums()));

    Map<String, StateDict> named =
        Map.of("grads_ddpm_exp", experiment.sums(), "grads_all_1000_steps", whole.sums());
    Path vendored = caseDir.resolve("vendored");
    named.forEach(
        (name, sums) -> {
          for (Path dir : ReferenceSet.folders(vendored)) {
            if (dir.getFileName().toString().contains("__" + name + "_")) {
              outcomes.add(selections.check(dir, sums));
            }
          }
          Path initial = vendored.resolve("scores_initial/taylor__" + name + ".safetensors");
          outcomes.add(selections.checkInitialScores(initial, "vendored", "taylor", sums));
        });
    return outcomes;
  }

  private static Calibration pass(
      Path caseDir, Selections selections, String criterion, double threshold, String compat) {
    JsonNode json = ReferenceSet.json(caseDir.resolve("case.json"));
    Path model = ReferenceSet.at(json.get("model").asText());
    StateDict data = ReferenceSet.tensors(model.resolve("data.safetensors"));
    PruneConfig config =
        PruneConfig.of(
            criterion, 0.5, threshold, null, null, null, compat, null, null, null, null, null, null,
            null);
    try (Torch.Session session = Torch.open()) {
      Calibration.Batch batch =
          new Calibration.Batch(
              session.toDevice(session.manager(), data.get("clean_images")),
              session.toDevice(session.manager(), data.get("noise")));
      return Calibration.of(
          session,
          selections.network(),
          selections.weights(),
          batch,
          NoiseSchedule.ddpm(),
          config,
          Statistic.GRADIENT,
          Progress.NONE);
    }
  }

  private static List<Outcome> compare(String name, JsonNode stored, Calibration ours) {
    int stop = ours.losses().size() - 1;
    return List.of(
        losses(name, stored.get("losses"), ours),
        Deviation.of(name + " stop", stop, stored.get("stop_timestep").asInt(), 0),
        Deviation.of(
            name + " timesteps", ours.timesteps(), stored.get("timesteps_accumulated").asInt(), 0),
        gradients(name, stored.get("grad_stats"), ours.sums()));
  }

  private static Outcome losses(String name, JsonNode stored, Calibration ours) {
    double error = stored.size() == ours.losses().size() ? 0 : Double.POSITIVE_INFINITY;
    for (int t = 0; t < Math.min(stored.size(), ours.losses().size()); t++) {
      double expected = stored.get(t).asDouble();
      error = Math.max(error, Math.abs(ours.losses().get(t) - expected) / expected);
    }
    return new Outcome(name + " losses", error, LOSS_TOLERANCE);
  }

  /** Norms and largest elements of every accumulated gradient. */
  private static Outcome gradients(String name, JsonNode stored, StateDict sums) {
    double largest = 0;
    for (JsonNode s : stored) largest = Math.max(largest, s.get("l2").asDouble());
    double error = stored.size() == sums.keys().size() ? 0 : Double.POSITIVE_INFINITY;
    for (Map.Entry<String, JsonNode> entry : stored.properties()) {
      double norm = entry.getValue().get("l2").asDouble();
      if (norm < SMALLEST * largest) continue;
      double ours = Differences.norm(sums.get(entry.getKey()));
      error = Math.max(error, Math.abs(ours - norm) / norm);
    }
    return new Outcome(name + " gradient norms", error, GRADIENT_TOLERANCE);
  }
}
