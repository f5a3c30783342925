package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.prune.Description;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Parameters, MACs and widths at every stored ratio are those of the copy of Torch-Pruning that
 * made Diff-Pruning's tables; later versions prune otherwise and are not compared.
 */
final class PrunedSizesChecker implements ReferenceChecker {
  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("vendored.json"));
  }

  @Override
  public Outcome check(Path caseDir) {
    Path model = caseDir.resolveSibling("../unet2d").resolve(caseDir.getFileName()).normalize();
    JsonNode config = ReferenceSet.json(model.resolve("config.json"));
    JsonNode diffusers = ReferenceSet.json(caseDir.resolve("vendored.json"));
    long errors = differences(config, diffusers, "torch-pruning");
    int rows = diffusers.get("rows").size();
    Path ddim = caseDir.resolve("ddim_codebase_vendored.json");
    if (Files.exists(ddim)) {
      JsonNode json = ReferenceSet.json(ddim);
      errors += differences(config, json, "torch-pruning-ddim");
      rows += json.get("rows").size();
    }
    return new Outcome("sizes at " + rows + " ratios", errors, 0);
  }

  private static long differences(JsonNode config, JsonNode stored, String rule) {
    List<JsonNode> rows = StreamSupport.stream(stored.get("rows").spliterator(), false).toList();
    List<Double> ratios = rows.stream().map(row -> row.get("ratio").asDouble()).toList();
    Description described = Description.of(config, ratios, rule);
    long errors = 0;
    for (int i = 0; i < rows.size(); i++) {
      Description.Size size = described.sizes().get(i + 1);
      if (size.complexity().parameters() != rows.get(i).get("params").asLong()) errors++;
      if (size.complexity().macs() != rows.get(i).get("macs").asLong()) errors++;
      JsonNode changed = stored.path("changed_widths_by_ratio").path("" + size.ratio());
      if (changed.isMissingNode()) continue;
      for (Map.Entry<String, List<Integer>> layer : size.widths().entrySet()) {
        JsonNode before = stored.get("original_widths").get(layer.getKey());
        JsonNode expected = changed.path(layer.getKey());
        String width = layer.getValue().toString().replace(" ", "");
        if (!width.equals((expected.isMissingNode() ? before : expected).toString())) errors++;
      }
    }
    return errors;
  }
}
