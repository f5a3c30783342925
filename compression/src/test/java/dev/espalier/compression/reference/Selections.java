package dev.espalier.compression.reference;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.ChannelPruner.Cut;
import dev.espalier.compression.prune.ChannelPruner.Pruned;
import dev.espalier.compression.prune.DependencyGraph;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.prune.PruningGroup;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The stored selections of one version of Torch-Pruning on one network, {@code
 * <version>/<criterion>_<ratio>}, held against ours.
 */
final class Selections {
  static final double SCORE_TOLERANCE = 1e-4;
  private static final double OUTPUT_TOLERANCE = 1e-4;

  /** Stored criterion to ours, in the paper's copy and in the releases. */
  private static final Map<String, String> PAPER =
      Map.of("mag_l1", "magnitude-l1", "mag_l2", "magnitude", "taylor", "taylor-squared");

  private static final Map<String, String> RELEASED =
      Map.of(
          "mag_l1", "magnitude-l1",
          "mag_l2", "magnitude",
          "taylor", "taylor-elementwise",
          "taylor_mv", "taylor");

  private final Path caseDir;
  private final Network network;
  private final StateDict weights;

  Selections(Path caseDir) {
    this.caseDir = caseDir;
    JsonNode json = ReferenceSet.json(caseDir.resolve("case.json"));
    Path model = ReferenceSet.at(json.get("model").asText());
    this.network = ReferenceSet.network(model);
    this.weights = ReferenceSet.tensors(model.resolve("model.safetensors")).toFloat32();
  }

  Network network() {
    return network;
  }

  StateDict weights() {
    return weights;
  }

  /** Our settings for the stored {@code criterion} of {@code version}. */
  static PruneConfig config(String version, String criterion, double ratio) {
    boolean paper = version.equals("vendored");
    String ours = (paper ? PAPER : RELEASED).get(criterion);
    String compat = paper ? "paper" : "torch-pruning-" + version;
    return PruneConfig.of(
        ours, ratio, null, null, null, null, compat, null, null, null, null, null, null, null);
  }

  /** The folder {@code dir} against our pruning with {@code gradients}. */
  Outcome check(Path dir, StateDict gradients) {
    String version = dir.getParent().getFileName().toString();
    String name = version + "/" + dir.getFileName();
    JsonNode result = ReferenceSet.json(dir.resolve("result.json"));
    StateDict stored = ReferenceSet.tensors(dir.resolve("tensors.safetensors"));
    PruneConfig config =
        config(version, result.get("criterion").asText(), result.get("ratio").asDouble());
    Pruned pruned = ChannelPruner.prune(network, weights, gradients, config);
    return Outcome.worst(
        List.of(
            new Outcome(name + " channels", wrongChannels(result, pruned), 0),
            new Outcome(name + " surviving indices", wrongSurvivors(result, pruned), 0),
            new Outcome(name + " sizes", wrongSizes(result, pruned), 0),
            new Outcome(name + " scores", scoreError(stored, pruned), SCORE_TOLERANCE),
            new Outcome(name + " output", outputError(stored, pruned), OUTPUT_TOLERANCE)));
  }

  /** The scores of {@code version} on the intact network against {@code file}. */
  Outcome checkInitialScores(Path file, String version, String criterion, StateDict gradients) {
    StateDict stored = ReferenceSet.tensors(file);
    // At ratio 0 nothing is cut, so every group is scored on the intact network.
    Pruned intact = ChannelPruner.prune(network, weights, gradients, config(version, criterion, 0));
    String name = version + "/scores_initial/" + file.getFileName();
    double error = 0;
    for (Cut cut : intact.cuts()) error = Math.max(error, relative(stored.get(cut.root()), cut));
    if (intact.cuts().size() != stored.keys().size()) error = Double.POSITIVE_INFINITY;
    return new Outcome(name, error, SCORE_TOLERANCE);
  }

  private static double scoreError(StateDict stored, Pruned pruned) {
    double error = 0;
    for (Cut cut : pruned.cuts()) {
      error = Math.max(error, relative(stored.get("score." + cut.root()), cut));
    }
    return error;
  }

  private static double relative(Tensor stored, Cut cut) {
    double[] expected = stored.doubles();
    if (expected.length != cut.scores().size()) return Double.POSITIVE_INFINITY;
    double error = 0;
    for (int c = 0; c < expected.length; c++) {
      double difference = Math.abs(cut.scores().get(c) - expected[c]);
      error = Math.max(error, difference / Math.max(1e-30, Math.abs(expected[c])));
    }
    return error;
  }

  private long wrongChannels(JsonNode result, Pruned pruned) {
    Map<String, PruningGroup> groups = groups();
    Map<String, String> removed = new HashMap<>();
    result
        .get("pruned_groups")
        .forEach(g -> removed.put(g.get("root").asText(), g.get("pruned").asText()));
    long wrong = 0;
    for (Cut cut : pruned.cuts()) {
      List<Integer> gone =
          IntStream.range(0, cut.before()).filter(c -> !cut.kept().contains(c)).boxed().toList();
      // A group that would lose nothing is left out of some versions' lists.
      if (!gone.equals(indices(removed.getOrDefault(cut.root(), "")))) wrong++;
      int blocks = result.get("channel_groups").path(cut.root()).asInt(1);
      if (groups.get(cut.root()).normGroups() != blocks) wrong++;
    }
    removed.keySet().removeAll(groups.keySet());
    return wrong + removed.size();
  }

  private Map<String, PruningGroup> groups() {
    return DependencyGraph.of(network, weights.shapes()).groups().stream()
        .collect(Collectors.toMap(PruningGroup::root, g -> g));
  }

  /** Original indices left on either side of every layer. */
  private long wrongSurvivors(JsonNode result, Pruned pruned) {
    Map<String, BitSet> gone = new HashMap<>();
    Map<String, PruningGroup> groups = groups();
    for (Cut cut : pruned.cuts()) {
      for (PruningGroup.Slice s : groups.get(cut.root()).slices()) {
        BitSet bits = gone.computeIfAbsent(s.key() + " " + s.axis(), key -> new BitSet());
        for (int c = 0; c < cut.before(); c++) {
          if (!cut.kept().contains(c)) bits.set(s.offset() + c);
        }
      }
    }
    long wrong = 0;
    for (Map.Entry<String, JsonNode> layer : result.get("keep").properties()) {
      for (Map.Entry<String, JsonNode> side : layer.getValue().properties()) {
        String key = layer.getKey() + ".weight";
        int axis = side.getKey().equals("out") ? 0 : 1;
        BitSet left = new BitSet();
        left.set(0, weights.get(key).extent(axis));
        left.andNot(gone.getOrDefault(key + " " + axis, new BitSet()));
        String set = result.get("keep_sets").get(side.getValue().asInt()).asText();
        List<Integer> expected =
            set.equals("all")
                ? IntStream.range(0, weights.get(key).extent(axis)).boxed().toList()
                : indices(set);
        if (!left.stream().boxed().toList().equals(expected)) wrong++;
      }
    }
    return wrong;
  }

  private long wrongSizes(JsonNode result, Pruned pruned) {
    Complexity before = Complexity.of(network, weights.shapes());
    Complexity after = Complexity.of(network, pruned.weights().shapes());
    long wrong = 0;
    if (before.parameters() != result.get("params_before").asLong()) wrong++;
    if (before.macs() != result.get("macs_before").asLong()) wrong++;
    if (after.parameters() != result.get("params_after").asLong()) wrong++;
    if (after.macs() != result.get("macs_after").asLong()) wrong++;
    if (pruned.weights().parameters() != after.parameters()) wrong++;
    for (Map.Entry<String, JsonNode> layer : result.get("widths").properties()) {
      int[] shape = pruned.weights().get(layer.getKey() + ".weight").shape();
      List<Integer> width = new ArrayList<>();
      for (int i = 0; i < layer.getValue().size(); i++) width.add(shape[i]);
      if (!width.toString().replace(" ", "").equals(layer.getValue().toString())) wrong++;
    }
    return wrong;
  }

  /** What the pruned network makes of the stored probe. */
  private double outputError(StateDict stored, Pruned pruned) {
    return outputError(stored.get("output"), pruned.weights());
  }

  double outputError(Tensor expected, StateDict state) {
    StateDict probe = ReferenceSet.tensors(caseDir.resolve("probe.safetensors"));
    try (Torch.Session session = Torch.open();
        Weights onDevice = Weights.of(session, session.manager(), state, false)) {
      Run run = Run.inference(session.script(), onDevice, session.manager());
      NDArray sample = session.toDevice(session.manager(), probe.get("sample"));
      NDArray timesteps = session.toDevice(session.manager(), probe.get("timesteps"));
      NDArray output = network.forward(run, sample, timesteps);
      return Differences.largest(Torch.toHost(output), expected);
    }
  }

  /** "0-2,5" means 0, 1, 2, 5. */
  static List<Integer> indices(String ranges) {
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
