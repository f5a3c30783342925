package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.unet2d.Configs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Diff-Pruning's paper and code say about google/ddpm-cifar10-32. */
class DescriptionTest {
  private final Description cifar = Description.of(Configs.cifar(), List.of(0.3, 0.5, 0.7));

  @Test
  void sizesAreThoseOfThePaper() {
    assertThat(cifar.countingRule()).isEqualTo("torch-pruning");
    assertThat(cifar.sizes())
        .extracting(size -> size.complexity().parameters())
        .containsExactly(35_746_307L, 19_851_157L, 8_968_451L, 5_120_462L);
    assertThat(cifar.sizes().get(0).complexity().macs()).isEqualTo(6_064_135_040L);
    assertThat(cifar.sizes().get(1).complexity().macs()).isEqualTo(3_391_878_598L);
  }

  @Test
  void aGroupSaysHowManyOfItsChannelsStay() {
    Description.Group residualStream =
        cifar.groups().stream().filter(g -> g.root().equals("conv_in")).findFirst().orElseThrow();
    assertThat(residualStream.channels()).isEqualTo(128);
    assertThat(residualStream.normGroups()).isEqualTo(32);
    assertThat(residualStream.kept()).containsExactly(128, 96, 64, 64);
    Description.Group timeHidden =
        cifar.groups().stream()
            .filter(g -> g.root().equals("time_embedding.linear_1"))
            .findFirst()
            .orElseThrow();
    assertThat(timeHidden.kept()).containsExactly(512, 358, 256, 153);
  }

  @Test
  void optionsThatNeedNoWeightsAreFollowed() {
    PruneConfig options =
        PruneConfig.of(
            null,
            null,
            null,
            null,
            null,
            null,
            "torch-pruning-1.6.1",
            null,
            0.5,
            Map.of("mid_block", 1.0),
            16,
            null,
            null,
            null);
    Description limited = Description.of(Configs.cifar(), List.of(0.7), "torch-pruning", options);
    assertThat(limited.compat()).isEqualTo("torch-pruning-1.6.1");
    for (Description.Group group : limited.groups()) {
      int kept = group.kept().get(1);
      boolean middle = group.members().stream().anyMatch(m -> m.key().startsWith("mid_block."));
      assertThat(kept).as(group.root()).isEqualTo(middle ? group.channels() : group.channels() / 2);
    }
  }

  @Test
  void widthsThatFollowFromScoresAreNotDescribed() {
    PruneConfig global =
        PruneConfig.of(
            null, null, null, null, null, null, null, "global", null, null, null, null, null, null);
    assertThatThrownBy(() -> Description.of(Configs.cifar(), List.of(0.7), "torch-pruning", global))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("prune.scope is global")
        .hasMessageContaining("legal here: group");
  }

  @Test
  void aRatioOutOfRangeOrAnUnknownRuleIsNamed() {
    for (double ratio : new double[] {1.5, 1, -0.1, Double.NaN}) {
      List<Double> ratios = new ArrayList<>(List.of(ratio));
      assertThatThrownBy(() -> Description.of(Configs.tiny(), ratios))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("" + ratio)
          .hasMessageContaining("0 <= ratio < 1");
    }
    assertThatThrownBy(() -> Description.of(Configs.tiny(), List.of(), "thop"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("torch-pruning");
  }
}
