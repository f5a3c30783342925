package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Couple.Even;
import dev.espalier.compression.prune.PruningGroup.Slice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WidthLimitsTest {
  private static PruningGroup group(int channels, int blocks, String... keys) {
    return new PruningGroup(
        "root",
        channels,
        List.of(keys).stream().map(k -> new Slice(k, 0, 0)).toList(),
        List.of(new Even("norm", blocks, false)));
  }

  @Test
  void aWidthIsRaisedToAMultipleThatSuitsTheNormsToo() {
    WidthLimits eights = new WidthLimits(0, Map.of(), 8);
    assertThat(eights.apply(group(256, 1), 179)).isEqualTo(184);
    assertThat(eights.apply(group(256, 32), 192)).isEqualTo(192);
    // Multiples of both 12 and 8 are those of 24.
    assertThat(eights.apply(group(48, 12), 36)).isEqualTo(48);
    assertThat(eights.apply(group(48, 12), 12)).isEqualTo(24);
  }

  @Test
  void aGroupTooNarrowForItsMultipleStaysWhole() {
    assertThat(new WidthLimits(0, Map.of(), 48).apply(group(128, 1), 100)).isEqualTo(128);
    assertThat(new WidthLimits(0, Map.of(), 512).apply(group(128, 1), 3)).isEqualTo(128);
  }

  @Test
  void theLargestFloorThatAppliesHolds() {
    WidthLimits limits = new WidthLimits(0.25, Map.of("mid_block", 0.5, "up_blocks.1", 0.75), 1);
    assertThat(limits.apply(group(100, 1, "conv_in.weight"), 10)).isEqualTo(25);
    assertThat(limits.apply(group(100, 1, "mid_block.resnets.0.conv1.weight"), 10)).isEqualTo(50);
    assertThat(limits.apply(group(100, 1, "up_blocks.1.x.weight", "mid_block.y.weight"), 10))
        .isEqualTo(75);
    assertThat(limits.apply(group(100, 1, "up_blocks.10.x.weight"), 10)).isEqualTo(25);
    assertThat(limits.apply(group(100, 1, "conv_in.weight"), 60)).isEqualTo(60);
    assertThat(limits.apply(group(8, 4, "conv_in.weight"), 4)).isEqualTo(4);
  }

  @Test
  void aFloorIsNoChannelMoreThanItsShare() {
    assertThat(new WidthLimits(0.3, Map.of(), 1).least(group(10, 1))).isEqualTo(3);
    assertThat(new WidthLimits(0.31, Map.of(), 1).least(group(10, 1))).isEqualTo(4);
    assertThat(new WidthLimits(1, Map.of(), 1).apply(group(7, 1), 2)).isEqualTo(7);
  }

  @Test
  void aPrefixWithoutALayerIsNamed() {
    WidthLimits limits = new WidthLimits(0, Map.of("middle", 0.5), 1);
    assertThatThrownBy(() -> limits.requireKeys(List.of("mid_block.conv.weight")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("prune.floors")
        .hasMessageContaining("'middle'");
  }
}
