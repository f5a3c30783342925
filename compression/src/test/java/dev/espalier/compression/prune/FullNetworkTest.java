package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.prune.ChannelPruner.Pruned;
import dev.espalier.compression.tensor.StateDict;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * google/ddpm-cifar10-32 whole: 35.7 M parameters, 143 MB. Alone on two cores a criterion takes one
 * to five seconds; the limit is for machines that do other things. The tests' heap is 1 GiB.
 */
class FullNetworkTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Network NETWORK = Networks.of(Configs.cifar());
  private static final StateDict WEIGHTS = Initialisation.pytorch(NETWORK.declaredShapes(), 1);

  @ParameterizedTest
  @ValueSource(strings = {"magnitude", "fpgm", "diff-pruning", "taylor-second-order"})
  void prunesWithinSecondsAndAGibibyteOfHeap(String criterion) {
    Map<Statistic, StateDict> sums = new EnumMap<>(Statistic.class);
    for (Statistic kind : Importances.statistics(criterion)) sums.put(kind, WEIGHTS);
    PruneConfig config = new PruneConfig(criterion, 0.3, 0, 1, 1, 0);
    long start = System.nanoTime();
    Pruned pruned =
        ChannelPruner.prune(
            NETWORK, WEIGHTS, WEIGHTS.shapes(), config, (round, now) -> new Statistics(sums));
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    System.out.printf("prune 35.7 M by %s: %.1f s%n", criterion, taken.toMillis() / 1000.0);
    assertThat(pruned.weights().parameters()).isEqualTo(19_851_157);
    assertThat(taken).isLessThan(LIMIT);
  }
}
