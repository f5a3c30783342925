package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.prune.ChannelPruner.Cut;
import dev.espalier.compression.prune.ChannelPruner.Pruned;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelPrunerTest {
  private static final StateDict NO_GRADIENTS = new StateDict(Map.of());
  private final Network network = Networks.of(Configs.tiny());
  private final StateDict weights = Initialisation.pytorch(network.declaredShapes(), 1);
  private final StateDict gradients = Initialisation.pytorch(network.declaredShapes(), 2);

  private static PruneConfig config(String criterion, double ratio) {
    return PruneConfig.of(criterion, ratio, null, null, null, 7L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "magnitude", "lamp", "fpgm", "taylor", "diff-pruning"})
  void ratioZeroIsTheIdentity(String criterion) {
    Pruned pruned = ChannelPruner.prune(network, weights, gradients, config(criterion, 0));
    assertThat(pruned.weights()).isEqualTo(weights);
    assertThat(pruned.cuts()).allMatch(cut -> cut.kept().size() == cut.before());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.3, 0.5, 0.7, 0.95})
  void whatStaysHasTheShapesTheGraphForetells(double ratio) {
    Pruned pruned = ChannelPruner.prune(network, weights, gradients, config("taylor", ratio));
    Map<String, int[]> shapes = network.declaredShapes();
    DependencyGraph graph = DependencyGraph.of(network, shapes);
    pruned.weights().requireShapes(graph.shapes(shapes, ratio), "pruned");
    assertThat(pruned.weights().keys()).containsExactlyElementsOf(weights.keys());
    assertThat(pruned.weights().parameters())
        .isEqualTo(Complexity.of(network, pruned.weights().shapes()).parameters());
  }

  @Test
  void keptChannelsAreTheOriginalOnesInTheirOrder() {
    Pruned pruned = ChannelPruner.prune(network, weights, NO_GRADIENTS, config("random", 0.5));
    int[] stream = kept(pruned, "conv_in");
    int[] inner = kept(pruned, "down_blocks.0.resnets.0.conv1");
    Tensor before = weights.get("down_blocks.0.resnets.0.conv1.weight");
    assertThat(pruned.weights().get("down_blocks.0.resnets.0.conv1.weight"))
        .isEqualTo(before.select(0, inner).select(1, stream));
    Tensor norm = weights.get("down_blocks.0.resnets.0.norm2.bias");
    assertThat(pruned.weights().get("down_blocks.0.resnets.0.norm2.bias"))
        .isEqualTo(norm.select(0, inner));
  }

  private static int[] kept(Pruned pruned, String root) {
    Cut cut = pruned.cuts().stream().filter(c -> c.root().equals(root)).findFirst().orElseThrow();
    return cut.kept().stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void everyBlockOfANormalisationLosesEquallyMany() {
    Pruned pruned = ChannelPruner.prune(network, weights, NO_GRADIENTS, config("random", 0.5));
    int[] perBlock = new int[4];
    for (int channel : kept(pruned, "conv_in")) perBlock[channel / 4]++;
    assertThat(perBlock).containsOnly(2);
  }

  @Test
  void severalHeadsKeepTheirEqualWidths() {
    Network heads = Networks.of(Configs.with(Configs.tiny(), Map.of("attention_head_dim", "8")));
    Pruned pruned = ChannelPruner.prune(heads, weights, NO_GRADIENTS, config("magnitude", 0.3));
    int[] perHead = new int[4];
    for (int channel : kept(pruned, "mid_block.attentions.0.to_v")) perHead[channel / 8]++;
    assertThat(perHead).containsOnly(6);
  }

  @Test
  void aPrunedNetworkCanBePrunedAgain() {
    Pruned once = ChannelPruner.prune(network, weights, NO_GRADIENTS, config("magnitude", 0.5));
    Pruned twice =
        ChannelPruner.prune(network, once.weights(), NO_GRADIENTS, config("magnitude", 0.5));
    assertThat(twice.weights().parameters()).isLessThan(once.weights().parameters());
    assertThat(twice.weights().get("conv_in.weight").shape()).containsExactly(4, 3, 3, 3);
  }

  @Test
  void aCriterionThatNeedsGradientsSaysSo() {
    assertThatThrownBy(
            () -> ChannelPruner.prune(network, weights, NO_GRADIENTS, config("taylor", 0.5)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("taylor")
        .hasMessageContaining("gradient");
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    StateDict less = new StateDict(Map.of("conv_in.weight", weights.get("conv_in.weight")));
    assertThatThrownBy(
            () -> ChannelPruner.prune(network, less, NO_GRADIENTS, config("random", 0.5)))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("the weights have no tensor named 'time_embedding.linear_1.weight'");
  }

  @Test
  void cutsComeInVisitingOrder() {
    List<String> roots =
        ChannelPruner.prune(network, weights, NO_GRADIENTS, config("random", 0.5)).cuts().stream()
            .map(Cut::root)
            .toList();
    assertThat(roots).startsWith("up_blocks.1.resnets.1.conv_shortcut").doesNotHaveDuplicates();
  }

  private static PruneConfig with(String fields) {
    return Json.read("{\"criterion\": \"magnitude\", " + fields + "}", PruneConfig.class, "test");
  }

  private Pruned prune(PruneConfig config) {
    return ChannelPruner.prune(network, weights, NO_GRADIENTS, config);
  }

  @Test
  void aGlobalRankingRemovesTheRatioOfAllChannelsTogether() {
    Pruned pruned = prune(with("\"ratio\": 0.4, \"scope\": \"global\""));
    int before = pruned.cuts().stream().mapToInt(Cut::before).sum();
    int kept = pruned.cuts().stream().mapToInt(c -> c.kept().size()).sum();
    // What is over is less than the channels of the largest step, four.
    assertThat(kept - (int) (before * 0.6)).isBetween(0, 3);
    assertThat(pruned.cuts().stream().map(c -> (double) c.kept().size() / c.before()).distinct())
        .hasSizeGreaterThan(3);
    Map<String, PruningGroup> groups = groups();
    for (Cut cut : pruned.cuts()) {
      assertThat(cut.kept().size() % groups.get(cut.root()).blocks()).isZero();
      assertThat(cut.kept()).isNotEmpty();
    }
  }

  private Map<String, PruningGroup> groups() {
    return DependencyGraph.of(network, network.declaredShapes()).groups().stream()
        .collect(Collectors.toMap(PruningGroup::root, g -> g));
  }

  @Test
  void floorsAndMultiplesHoldInAGlobalRanking() {
    Pruned pruned =
        prune(
            with(
                "\"ratio\": 0.8, \"scope\": \"global\", \"floor\": 0.25, \"roundTo\": 8,"
                    + " \"floors\": {\"mid_block\": 1}"));
    Map<String, PruningGroup> groups = groups();
    for (Cut cut : pruned.cuts()) {
      assertThat(cut.kept().size() % 8).as(cut.root()).isZero();
      assertThat(cut.kept().size()).isGreaterThanOrEqualTo(cut.before() / 4);
      if (groups.get(cut.root()).slices().stream().anyMatch(s -> s.key().startsWith("mid_block"))) {
        assertThat(cut.kept()).hasSize(cut.before());
      }
    }
  }

  @Test
  void roundsEndAtTheWidthsOfOneCutButScoreInBetween() {
    Pruned once = prune(with("\"ratio\": 0.5"));
    List<Long> seen = new ArrayList<>();
    Pruned inRounds =
        ChannelPruner.prune(
            network,
            weights,
            weights.shapes(),
            with("\"ratio\": 0.5, \"rounds\": 4"),
            (round, now) -> {
              seen.add(now.parameters());
              return Statistics.NONE;
            });
    assertThat(seen).hasSize(4).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(seen.get(0)).isEqualTo(weights.parameters());
    assertThat(seen.get(3)).isGreaterThan(once.weights().parameters());
    inRounds.weights().requireShapes(once.weights().shapes(), "in rounds");
    assertThat(inRounds.cuts())
        .extracting(Cut::root)
        .isEqualTo(once.cuts().stream().map(Cut::root).toList());
    for (Cut cut : inRounds.cuts()) assertThat(cut.scores()).hasSize(cut.before());
    assertThat(inRounds.weights()).isNotEqualTo(once.weights());
  }

  /** What the cuts of several rounds say is what the weights are. */
  @Test
  void cutsOfSeveralRoundsCountAsBeforeTheFirst() {
    Pruned pruned = prune(with("\"ratio\": 0.6, \"rounds\": 3"));
    int[] stream = kept(pruned, "conv_in");
    int[] inner = kept(pruned, "down_blocks.0.resnets.0.conv1");
    Tensor before = weights.get("down_blocks.0.resnets.0.conv1.weight");
    assertThat(pruned.weights().get("down_blocks.0.resnets.0.conv1.weight"))
        .isEqualTo(before.select(0, inner).select(1, stream));
  }

  @Test
  void theRatioMayReferToTheWidthsBeforeAnEarlierPruning() {
    Pruned first = prune(with("\"ratio\": 0.25"));
    Pruned second =
        ChannelPruner.prune(
            network,
            first.weights(),
            weights.shapes(),
            with("\"ratio\": 0.5"),
            (round, now) -> Statistics.NONE);
    second.weights().requireShapes(prune(with("\"ratio\": 0.5")).weights().shapes(), "second");
  }

  @Test
  void versionsScoreBeforeTheFirstCutOrOneAfterAnother() {
    List<Cut> intact = prune(with("\"ratio\": 0")).cuts();
    List<Cut> early = prune(with("\"ratio\": 0.5")).cuts();
    List<Cut> late = prune(with("\"ratio\": 0.5, \"compat\": \"torch-pruning-1.6.1\"")).cuts();
    assertThat(early.get(0).scores()).isEqualTo(intact.get(0).scores());
    assertThat(early)
        .extracting(Cut::scores)
        .isNotEqualTo(intact.stream().map(Cut::scores).toList());
    List<Cut> lateIntact = prune(with("\"ratio\": 0, \"compat\": \"torch-pruning-1.6.1\"")).cuts();
    assertThat(late)
        .extracting(Cut::scores)
        .isEqualTo(lateIntact.stream().map(Cut::scores).toList());
  }

  @Test
  void scoresThatAreNoNumbersAreRefused() {
    Map<String, Tensor> broken = new LinkedHashMap<>(weights.tensors());
    float[] values = weights.get("conv_in.weight").floats();
    values[3] = Float.NaN;
    broken.put("conv_in.weight", Tensor.of(values, weights.get("conv_in.weight").shape()));
    assertThatThrownBy(
            () ->
                ChannelPruner.prune(
                    network, new StateDict(broken), NO_GRADIENTS, config("magnitude", 0.5)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("'magnitude'")
        .hasMessageContaining("'conv_in'")
        .hasMessageContaining("not finite");
  }

  @Test
  void aFloorForALayerThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> prune(with("\"floors\": {\"middle\": 0.5}")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("'middle'");
  }
}
