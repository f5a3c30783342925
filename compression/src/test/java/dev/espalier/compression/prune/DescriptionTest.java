package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.unet2d.Configs;
import java.util.ArrayList;
import java.util.List;
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
  void macsInTheLayoutOfTheDdimCodeBaseAreThoseOfThePaper() {
    Description ddim =
        Description.of(Configs.cifar(), List.of(0.3, 0.5, 0.7), "torch-pruning-ddim");
    assertThat(ddim.sizes())
        .extracting(Description.Size::complexity)
        .containsExactly(
            new Complexity(35_746_307, 6_065_456_000L),
            new Complexity(19_851_157, 3_392_819_008L),
            new Complexity(8_968_451, 1_521_027_008L),
            new Complexity(5_120_462, 1_076_632_355L));
  }

  @Test
  void celebaHasThePapersSizes() {
    JsonNode celeba =
        Json.parse(
            """
            {"_class_name": "UNet2DModel", "sample_size": 64, "freq_shift": 1,
             "flip_sin_to_cos": false, "norm_eps": 1e-6, "downsample_padding": 0,
             "attention_head_dim": null, "block_out_channels": [128, 256, 256, 256, 512],
             "down_block_types": ["DownBlock2D", "DownBlock2D", "AttnDownBlock2D", "DownBlock2D",
               "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D",
               "UpBlock2D"]}
            """,
            "celeba");
    Description described = Description.of(celeba, List.of(0.3, 0.7, 0.9), "torch-pruning-ddim");
    assertThat(described.groups()).hasSize(61);
    assertThat(described.sizes())
        .extracting(Description.Size::complexity)
        .containsExactly(
            new Complexity(78_700_803, 23_922_959_232L),
            new Complexity(43_735_002, 13_322_085_936L),
            new Complexity(9_252_711, 4_182_864_243L),
            new Complexity(1_312_076, 768_237_695));
  }

  @Test
  void widthsAreThoseThatDiffPruningsCodeLeaves() {
    JsonNode stored = Configs.resource("/dev/espalier/compression/prune/ddpm_widths.json");
    for (int i : List.of(1, 3)) {
      Description.Size size = cifar.sizes().get(i);
      JsonNode widths = stored.get("cifar10_" + size.ratio());
      assertThat(size.widths()).hasSize(widths.size());
      widths
          .properties()
          .forEach(
              layer -> {
                JsonNode w = layer.getValue();
                List<Integer> outIn =
                    w.size() == 1
                        ? List.of(w.get(0).asInt())
                        : List.of(w.get(1).asInt(), w.get(0).asInt());
                assertThat(size.widths())
                    .containsEntry(DdimNames.toDiffusers(layer.getKey()), outIn);
              });
    }
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
