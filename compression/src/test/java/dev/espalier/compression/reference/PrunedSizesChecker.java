package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.prune.Description;
import dev.espalier.compression.prune.PruneConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Parameters, MACs, widths and the number of groups that lose channels, at every stored ratio, are
 * those of the named version of Torch-Pruning. None of it depends on the scores, so the files about
 * other criteria hold the same numbers and are read the same way.
 */
final class PrunedSizesChecker implements ReferenceChecker {
  private static final String DDIM = "ddim_codebase_";
  private static final String CRITERIA = "_criteria_check";

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("vendored.json"));
  }

  @Override
  public Outcome check(Path caseDir) {
    return Outcome.worst(checks(caseDir));
  }

  @Override
  public List<Outcome> checks(Path caseDir) {
    Path model = caseDir.resolveSibling("../unet2d").resolve(caseDir.getFileName()).normalize();
    JsonNode config = ReferenceSet.json(model.resolve("config.json"));
    List<Outcome> outcomes = new ArrayList<>();
    for (Path file : jsonFiles(caseDir)) {
      String name = file.getFileName().toString().replace(".json", "");
      if (name.equals("case")) continue;
      JsonNode stored = ReferenceSet.json(file);
      String version = name.replace(DDIM, "").replace(CRITERIA, "");
      String rule = name.startsWith(DDIM) ? "torch-pruning-ddim" : "torch-pruning";
      int rows = stored.get("rows").size();
      outcomes.add(
          new Outcome(
              name + " at " + rows + " rows", differences(config, stored, version, rule), 0));
    }
    return outcomes;
  }

  private static List<Path> jsonFiles(Path dir) {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.filter(f -> f.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long differences(JsonNode config, JsonNode stored, String version, String rule) {
    List<JsonNode> rows = StreamSupport.stream(stored.get("rows").spliterator(), false).toList();
    List<Double> ratios = rows.stream().map(row -> row.get("ratio").asDouble()).toList();
    PruneConfig prune = Selections.config(version, "mag_l2", 0);
    Description described = Description.of(config, ratios, rule, prune);
    long errors = 0;
    Description.Size dense = described.sizes().get(0);
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = rows.get(i);
      Description.Size size = described.sizes().get(i + 1);
      if (size.complexity().parameters() != row.get("params").asLong()) errors++;
      if (size.complexity().macs() != row.get("macs").asLong()) errors++;
      if (row.has("params_before")) {
        if (dense.complexity().parameters() != row.get("params_before").asLong()) errors++;
        if (dense.complexity().macs() != row.get("macs_before").asLong()) errors++;
      }
      // The paper's copy also counts the groups it visits without removing anything.
      if (row.has("groups_pruned")) {
        int pruned = version.equals("vendored") ? described.groups().size() : size.pruned();
        if (pruned != row.get("groups_pruned").asInt()) errors++;
      }
      errors += widthErrors(size, dense, stored);
    }
    return errors;
  }

  private static long widthErrors(Description.Size size, Description.Size dense, JsonNode stored) {
    JsonNode changed = stored.path("changed_widths_by_ratio").path("" + size.ratio());
    if (changed.isMissingNode()) return 0;
    long errors = 0;
    for (Map.Entry<String, List<Integer>> layer : size.widths().entrySet()) {
      JsonNode before = stored.get("original_widths").get(layer.getKey());
      JsonNode expected = changed.path(layer.getKey());
      if (!text(dense.widths().get(layer.getKey())).equals(before.toString())) errors++;
      String width = text(layer.getValue());
      if (!width.equals((expected.isMissingNode() ? before : expected).toString())) errors++;
    }
    return errors;
  }

  private static String text(List<Integer> width) {
    return width.toString().replace(" ", "");
  }
}
