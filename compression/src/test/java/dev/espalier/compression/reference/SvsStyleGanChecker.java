package dev.espalier.compression.reference;

import dev.espalier.compression.svs.SingularValueScaling;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A StyleGAN2 synthesis network is scaled as by the authors' training loop, without its projections
 * to colours and with them.
 */
final class SvsStyleGanChecker implements ReferenceChecker {
  private static final double TOLERANCE = 2e-5;

  @Override
  public boolean accepts(Path caseDir) {
    return caseDir.getParent().endsWith("svs")
        && caseDir.getFileName().toString().startsWith("stylegan2_")
        && Files.exists(caseDir.resolve("tensors.safetensors"));
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict stored = ReferenceSet.tensors(caseDir.resolve("tensors.safetensors"));
    StateDict before = stored.under("before.");
    StateDict scaled = stored.under("scaled.");
    StateDict colours = stored.under("scaled_torgb.");
    List<Outcome> outcomes = new ArrayList<>();
    compare("body", scale(before, false), before, List.of(scaled), outcomes);
    compare("body and colours", scale(before, true), before, List.of(colours, scaled), outcomes);
    return Outcome.worst(outcomes);
  }

  private static StateDict scale(StateDict before, boolean toRgb) {
    SvsConfig config = new SvsConfig(true, true, true, 0.5, SvsConfig.PRUNED, 1, toRgb);
    return SingularValueScaling.scale(new Safetensors.Content(before, Map.of()), config).tensors();
  }

  /** What none of the stored ones holds is unchanged. */
  private static void compare(
      String what, StateDict ours, StateDict before, List<StateDict> stored, List<Outcome> out) {
    for (String key : before.keys()) {
      Tensor expected =
          stored.stream()
              .filter(s -> s.has(key))
              .findFirst()
              .map(s -> s.get(key))
              .orElse(before.get(key));
      out.add(
          new Outcome(what + " " + key, Differences.largest(ours.get(key), expected), TOLERANCE));
    }
  }
}
