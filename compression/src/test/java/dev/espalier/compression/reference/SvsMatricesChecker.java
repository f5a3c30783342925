package dev.espalier.compression.reference;

import dev.espalier.compression.svs.SingularValueScaling;
import dev.espalier.compression.svs.Spectrum;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Bare weights, rank-deficient and zero ones among them, are scaled as by the authors' expression.
 */
final class SvsMatricesChecker implements ReferenceChecker {
  private static final double TOLERANCE = 2e-6;

  @Override
  public boolean accepts(Path caseDir) {
    return caseDir.endsWith(Path.of("svs", "matrices"));
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict tensors = ReferenceSet.tensors(caseDir.resolve("tensors.safetensors"));
    List<Outcome> outcomes = new ArrayList<>();
    for (String key : tensors.keys()) {
      if (!key.endsWith(".before")) continue;
      String name = key.replaceFirst("\\.before$", "");
      Tensor before = tensors.get(key);
      Tensor after = scale(before);
      double[] values =
          Spectrum.of(name, before).values().stream().mapToDouble(Double::doubleValue).toArray();
      for (String reference : List.of(".after", ".after_f64")) {
        outcomes.add(
            Deviation.of(name + reference, after, tensors.get(name + reference), TOLERANCE));
      }
      outcomes.add(
          Deviation.of(name + ".sv", values, tensors.get(name + ".sv").doubles(), TOLERANCE));
    }
    return Outcome.worst(outcomes);
  }

  private static Tensor scale(Tensor weight) {
    StateDict network = new StateDict(Map.of("weight", weight));
    return SingularValueScaling.scale(
            new Safetensors.Content(network, Map.of()), SvsConfig.defaults())
        .tensors()
        .get("weight");
  }
}
