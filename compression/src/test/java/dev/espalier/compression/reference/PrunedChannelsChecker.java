package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.ChannelPruner.Cut;
import dev.espalier.compression.prune.DependencyGraph;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.prune.PruningGroup;
import dev.espalier.compression.tensor.StateDict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Groups, their order, the scores at the moment of each cut, and the removed channels are those of
 * the copy of Torch-Pruning that made Diff-Pruning's tables: its L2 magnitude, and its Taylor
 * score, which is the paper's own. Other versions and L1 are not offered and not compared.
 */
final class PrunedChannelsChecker implements ReferenceChecker {
  /** Stored criterion to ours. */
  private static final Map<String, String> CRITERIA =
      Map.of("mag_l2", "magnitude", "taylor__grads_diff_pruning", "diff-pruning");

  private static final double SCORE_TOLERANCE = 1e-4;

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("vendored/groups.json"));
  }

  @Override
  public Outcome check(Path caseDir) {
    JsonNode json = ReferenceSet.json(caseDir.resolve("case.json"));
    Path model = ReferenceSet.at(json.get("model").asText());
    Network network = ReferenceSet.network(model);
    StateDict weights = ReferenceSet.tensors(model.resolve("model.safetensors")).toFloat32();
    Path grads = caseDir.resolve("grads_diff_pruning.safetensors");
    StateDict gradients =
        Files.exists(grads) ? ReferenceSet.tensors(grads) : new StateDict(Map.of());

    List<Outcome> outcomes = new ArrayList<>();
    JsonNode groups = ReferenceSet.json(caseDir.resolve("vendored/groups.json"));
    outcomes.add(new Outcome("groups", groupErrors(groups, network, weights), 0));
    for (Path dir : ReferenceSet.folders(caseDir.resolve("vendored"))) {
      String stored = dir.getFileName().toString();
      String criterion = CRITERIA.get(stored.replaceFirst("_0\\.\\d+$", ""));
      if (criterion == null) continue;
      outcomes.addAll(pruned(dir, criterion, network, weights, gradients));
    }
    Outcome worst = Outcome.worst(outcomes);
    String what = String.format("%d comparisons, worst %s", outcomes.size(), worst.what());
    return new Outcome(what, worst.error(), worst.tolerance());
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
              && groups.get(i).normGroups() == stored.get(i).get("channel_groups").asInt()
              && Members.of(groups.get(i)).equals(members);
      if (!same) errors++;
    }
    return errors;
  }

  private static List<Outcome> pruned(
      Path dir, String criterion, Network network, StateDict weights, StateDict gradients) {
    JsonNode result = ReferenceSet.json(dir.resolve("result.json"));
    StateDict scores = ReferenceSet.tensors(dir.resolve("tensors.safetensors"));
    PruneConfig config =
        PruneConfig.of(criterion, result.get("ratio").asDouble(), null, null, null, null);
    ChannelPruner.Pruned pruned = ChannelPruner.prune(network, weights, gradients, config);

    Map<String, String> removed = new HashMap<>();
    result
        .get("pruned_groups")
        .forEach(g -> removed.put(g.get("root").asText(), g.get("pruned").asText()));
    long wrongChannels = 0;
    double scoreError = 0;
    for (Cut cut : pruned.cuts()) {
      List<Integer> gone =
          IntStream.range(0, cut.before()).filter(c -> !cut.kept().contains(c)).boxed().toList();
      if (!gone.equals(indices(removed.getOrDefault(cut.root(), "missing")))) wrongChannels++;
      double[] expected = scores.get("score." + cut.root()).doubles();
      for (int c = 0; c < expected.length; c++) {
        double difference = Math.abs(cut.scores().get(c) - expected[c]);
        scoreError = Math.max(scoreError, difference / Math.max(1e-30, Math.abs(expected[c])));
      }
    }
    Complexity after = Complexity.of(network, pruned.weights().shapes());
    boolean sizes =
        after.parameters() == result.get("params_after").asLong()
            && after.macs() == result.get("macs_after").asLong()
            && pruned.weights().parameters() == after.parameters();
    String name = dir.getFileName().toString();
    return List.of(
        new Outcome("channels of " + name, wrongChannels, 0),
        new Outcome("sizes of " + name, sizes ? 0 : 1, 0),
        new Outcome("scores of " + name, scoreError, SCORE_TOLERANCE));
  }

  /** "0-2,5" means 0, 1, 2, 5. */
  private static List<Integer> indices(String ranges) {
    List<Integer> indices = new ArrayList<>();
    if (ranges.isEmpty()) return indices;
    for (String range : ranges.split(",")) {
      String[] ends = range.split("-");
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int i = Integer.parseInt(ends[0]); i <= last; i++) indices.add(i);
    }
    return indices;
  }
}
