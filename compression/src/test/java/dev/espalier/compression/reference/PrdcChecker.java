package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.Prdc;
import dev.espalier.compression.tensor.StateDict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Precision, recall, density and coverage are those of the prdc package. */
final class PrdcChecker implements ReferenceChecker {
  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("features.safetensors"));
  }

  @Override
  public Outcome check(Path caseDir) {
    StateDict features = ReferenceSet.tensors(caseDir.resolve("features.safetensors"));
    JsonNode expected = ReferenceSet.json(caseDir.resolve("expected.json")).path("prdc");
    List<Outcome> outcomes = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : expected.properties()) {
      int k = Integer.parseInt(entry.getKey().substring(1));
      Prdc prdc = Prdc.of(features.get("real"), features.get("fake"), k);
      JsonNode values = entry.getValue();
      outcomes.add(
          Deviation.of(
              "PRDC k=" + k,
              new double[] {prdc.precision(), prdc.recall(), prdc.density(), prdc.coverage()},
              new double[] {
                values.path("precision").asDouble(Double.NaN),
                values.path("recall").asDouble(Double.NaN),
                values.path("density").asDouble(Double.NaN),
                values.path("coverage").asDouble(Double.NaN)
              },
              1e-9));
    }
    return Outcome.worst(outcomes);
  }
}
