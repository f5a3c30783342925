package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.prune.ChannelPruner.Cut;
import dev.espalier.compression.prune.ChannelPruner.Pruned;
import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pruning does to a network's output. */
class PrunedForwardTest {
  /** The layout of ddpm-cifar10-32, where at 5 % nothing behind a GroupNorm is removed. */
  private final Network network =
      Networks.of(
          Configs.with(
              Configs.cifar(),
              Map.of("sample_size", "16", "block_out_channels", "[32, 64, 64, 64]")));

  private final StateDict weights = Initialisation.pytorch(network.declaredShapes(), 1);

  private Pruned prune(double ratio) {
    PruneConfig config = new PruneConfig("magnitude", ratio, 0, 1, 1, 0);
    return ChannelPruner.prune(network, weights, new StateDict(Map.of()), config);
  }

  private float[] output(StateDict state) {
    try (Torch.Session session = Torch.open();
        Weights onDevice = Weights.of(session, session.manager(), state, false)) {
      Run run = Run.inference(session.script(), onDevice, session.manager());
      NDArray sample =
          session.script().compute(session.manager(), "randn", new long[] {2, 3, 16, 16}, 3L);
      NDArray timesteps = session.manager().create(new long[] {10, 700});
      NDArray output = network.forward(run, sample, timesteps);
      assertThat(output.getShape().getShape()).containsExactly(2, 3, 16, 16);
      return output.toFloatArray();
    }
  }

  @Test
  void atRatioZeroTheOutputIsTheSame() {
    assertThat(output(prune(0).weights())).isEqualTo(output(weights));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.5, 0.9})
  void theOutputStaysFiniteAndKeepsItsShape(double ratio) {
    for (float x : output(prune(ratio).weights())) assertThat(x).isFinite();
  }

  /**
   * The dense network with the removed channels set to zero, and its queries scaled by √(old width
   * / new width), since the attention divides by the root of the width it finds.
   */
  @Test
  void thePrunedOutputIsThatOfTheMaskedDenseNetwork() {
    Pruned pruned = prune(0.05);
    Map<String, PruningGroup> groups = new LinkedHashMap<>();
    for (PruningGroup g : DependencyGraph.of(network, weights.shapes()).groups()) {
      groups.put(g.root(), g);
    }
    Map<String, Tensor> masked = new LinkedHashMap<>(weights.tensors());
    int cutGroups = 0;
    for (Cut cut : pruned.cuts()) {
      if (!cut.removes()) continue;
      cutGroups++;
      PruningGroup group = groups.get(cut.root());
      assertThat(group.normGroups()).as(cut.root()).isEqualTo(1);
      double scale = Math.sqrt((double) cut.before() / cut.kept().size());
      for (Slice slice : group.slices()) {
        if (slice.axis() == 0)
          masked.computeIfPresent(slice.key(), (k, t) -> zeroed(t, slice, cut));
        if (slice.key().contains(".to_q.") && slice.axis() == 0) {
          masked.computeIfPresent(slice.key(), (k, t) -> times(t, scale));
        }
      }
    }
    // The two of the time embedding, six attentions, two before an upsampler.
    assertThat(cutGroups).isEqualTo(10);
    float[] expected = output(new StateDict(masked));
    float[] actual = output(pruned.weights());
    float[] dense = output(weights);
    double error = 0;
    double change = 0;
    for (int i = 0; i < expected.length; i++) {
      error = Math.max(error, Math.abs(expected[i] - actual[i]));
      change = Math.max(change, Math.abs(expected[i] - dense[i]));
    }
    assertThat(error).isLessThanOrEqualTo(1e-5);
    assertThat(change).isGreaterThan(1e-3);
  }

  private static Tensor zeroed(Tensor tensor, Slice slice, Cut cut) {
    float[] values = tensor.floats();
    int inner = tensor.size() / tensor.extent(0);
    for (int c = 0; c < cut.before(); c++) {
      if (cut.kept().contains(c)) continue;
      java.util.Arrays.fill(
          values, (slice.offset() + c) * inner, (slice.offset() + c + 1) * inner, 0);
    }
    return Tensor.of(values, tensor.shape());
  }

  private static Tensor times(Tensor tensor, double factor) {
    float[] values = tensor.floats();
    for (int i = 0; i < values.length; i++) values[i] = (float) (values[i] * factor);
    return Tensor.of(values, tensor.shape());
  }

  /** T = 0 takes every timestep, and then Diff-Pruning's score is the squared Taylor score. */
  @Test
  void withoutAThresholdDiffPruningIsSquaredTaylor() {
    StateDict gradients = Initialisation.pytorch(network.declaredShapes(), 5);
    Pruned ours = byGradients("diff-pruning", gradients);
    Pruned baseline = byGradients("taylor-squared", gradients);
    assertThat(ours.cuts()).isEqualTo(baseline.cuts());
    assertThat(ours.weights()).isEqualTo(baseline.weights());
    assertThat(byGradients("taylor", gradients).cuts()).isNotEqualTo(ours.cuts());
  }

  private Pruned byGradients(String criterion, StateDict gradients) {
    PruneConfig config = new PruneConfig(criterion, 0.5, 0, 1, 1, 0);
    return ChannelPruner.prune(network, weights, gradients, config);
  }

  @Test
  void seedsMoveOnlyWhichChannelsGo() {
    List<Cut> one = random(1).cuts();
    List<Cut> two = random(2).cuts();
    assertThat(one)
        .extracting(c -> c.kept().size())
        .isEqualTo(two.stream().map(c -> c.kept().size()).toList());
    assertThat(one).extracting(Cut::kept).isNotEqualTo(two.stream().map(Cut::kept).toList());
    assertThat(random(1).cuts()).isEqualTo(one);
  }

  private Pruned random(long seed) {
    PruneConfig config = new PruneConfig("random", 0.3, 0, 1, 1, seed);
    return ChannelPruner.prune(network, weights, new StateDict(Map.of()), config);
  }
}
