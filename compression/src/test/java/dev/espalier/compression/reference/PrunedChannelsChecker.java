package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.DependencyGraph;
import dev.espalier.compression.prune.PruningGroup;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Groups, their order, and for each version of Torch-Pruning, criterion and ratio: the scores at
 * the moment of each cut, the removed channels, what survives on each side of each layer, the
 * sizes, and the pruned network's output.
 */
final class PrunedChannelsChecker implements ReferenceChecker {
  /** By the name of the gradients in a folder's name, the file that holds them. */
  private static final Map<String, String> STORED =
      Map.of("grads_diff_pruning", "grads_diff_pruning.safetensors");

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("vendored/groups.json"));
  }

  @Override
  public Outcome check(Path caseDir) {
    return Outcome.worst(checks(caseDir));
  }

  @Override
  public List<Outcome> checks(Path caseDir) {
    Selections selections = new Selections(caseDir);
    StateDict weights = selections.weights();
    List<Outcome> outcomes = new ArrayList<>();
    JsonNode groups = ReferenceSet.json(caseDir.resolve("vendored/groups.json"));
    outcomes.add(new Outcome("groups", groupErrors(groups, selections.network(), weights), 0));
    StateDict probe = ReferenceSet.tensors(caseDir.resolve("probe.safetensors"));
    double dense = selections.outputError(probe.get("output_unpruned"), weights);
    outcomes.add(new Outcome("output unpruned", dense, 1e-4));
    for (Path version : ReferenceSet.folders(caseDir)) {
      for (Path dir : ReferenceSet.folders(version)) {
        if (dir.endsWith("scores_initial")) {
          outcomes.addAll(initialScores(caseDir, version, dir, selections));
        } else if (isHere(dir.getFileName().toString())) {
          outcomes.add(selections.check(dir, gradients(caseDir, dir.getFileName().toString())));
        }
      }
    }
    return outcomes;
  }

  private static List<Outcome> initialScores(
      Path caseDir, Path version, Path dir, Selections selections) {
    List<Outcome> outcomes = new ArrayList<>();
    for (Path file : files(dir)) {
      String name = file.getFileName().toString().replace(".safetensors", "");
      if (!isHere(name)) continue;
      outcomes.add(
          selections.checkInitialScores(
              file,
              version.getFileName().toString(),
              name.replaceFirst("__.*", ""),
              gradients(caseDir, name)));
    }
    return outcomes;
  }

  /**
   * Whether the gradients that {@code name} asks for are stored, or none; the loop has the others.
   */
  private static boolean isHere(String name) {
    return !name.contains("__") || STORED.containsKey(gradientsName(name));
  }

  private static String gradientsName(String name) {
    return name.replaceFirst(".*__", "").replaceFirst("_0\\.\\d+$", "");
  }

  private static StateDict gradients(Path caseDir, String name) {
    if (!name.contains("__")) return new StateDict(Map.of());
    return ReferenceSet.tensors(caseDir.resolve(STORED.get(gradientsName(name))));
  }

  private static List<Path> files(Path dir) {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long groupErrors(JsonNode stored, Network network, StateDict weights) {
    List<PruningGroup> groups = DependencyGraph.of(network, weights.shapes()).groups();
    long errors = Math.abs(groups.size() - stored.size());
    for (int i = 0; i < Math.min(groups.size(), stored.size()); i++) {
      TreeSet<String> members = new TreeSet<>();
      for (JsonNode m : stored.get(i).get("members")) {
        int start = m.get("start").asInt();
        members.add(
            Members.text(
                m.get("layer").asText(), m.get("dim").asText(), start, m.get("n").asInt()));
      }
      boolean same =
          groups.get(i).root().equals(stored.get(i).get("root").asText())
              && groups.get(i).channels() == stored.get(i).get("channels").asInt()
              && groups.get(i).normGroups() == stored.get(i).get("channel_groups").asInt()
              && Members.of(groups.get(i)).equals(members);
      if (!same) errors++;
    }
    return errors;
  }
}
