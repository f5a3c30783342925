package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.FrechetDistance;
import dev.espalier.compression.evaluate.Normalisation;
import dev.espalier.compression.tensor.StateDict;
import java.nio.file.Files;
import java.nio.file.Path;

/** The Fréchet distance is pytorch-fid's, relative to its size. */
final class FrechetChecker implements ReferenceChecker {
  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("features.safetensors"));
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict features = ReferenceSet.tensors(caseDir.resolve("features.safetensors"));
    JsonNode expected = ReferenceSet.json(caseDir.resolve("expected.json")).path("fid");
    double reference = expected.path("pytorch_fid").asDouble(Double.NaN);
    double distance =
        FrechetDistance.of(features.get("real"), features.get("fake"), Normalisation.UNBIASED);
    return Deviation.of("Fréchet distance " + distance, distance / reference, 1, 1e-6);
  }
}
