package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.network.Count.Call;
import dev.espalier.compression.network.Count.Kind;
import org.junit.jupiter.api.Test;

class CountingRulesTest {
  private final Call conv = new Call("conv", Kind.CONV, 3, 8, 3, 64, 16, true);
  private final Call linear = new Call("linear", Kind.LINEAR, 4, 5, 1, 10, 10, true);
  private final Call norm = new Call("norm", Kind.GROUP_NORM, 6, 6, 1, 7, 7, true);

  @Test
  void torchPruningCountsAConvolutionsBiasAtEachPositionAndALinearsOnce() {
    CountingRule rule = CountingRules.of("torch-pruning");
    assertThat(rule.macs(conv)).isEqualTo(16 * (3 * 8 * 9 + 8));
    assertThat(rule.macs(linear)).isEqualTo(10 * 4 * 5 + 5);
    assertThat(rule.macs(norm)).isEqualTo(2 * 6 * 7);
  }

  @Test
  void theDdimLayoutCountsALinearsBiasAtEachPosition() {
    CountingRule rule = CountingRules.of("torch-pruning-ddim");
    assertThat(rule.macs(linear)).isEqualTo(10 * (4 * 5 + 5));
    assertThat(rule.macs(conv)).isEqualTo(16 * (3 * 8 * 9 + 8));
  }

  @Test
  void theNamesAreListed() {
    assertThat(CountingRules.names()).containsExactly("torch-pruning", "torch-pruning-ddim");
  }
}
