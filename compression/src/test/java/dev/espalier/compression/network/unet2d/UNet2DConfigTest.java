package dev.espalier.compression.network.unet2d;

import static dev.espalier.compression.network.unet2d.Configs.tiny;
import static dev.espalier.compression.network.unet2d.Configs.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNet2DConfigTest {
  @Test
  void absentFieldsHaveTheDefaultsOfDiffusers() {
    UNet2DConfig config = UNet2DConfig.of(Json.parse("{\"sample_size\": 32}", "test"));
    assertThat(config.blockOutChannels()).containsExactly(224, 448, 672, 896);
    assertThat(config.attentionHeadDim()).isEqualTo(8);
    assertThat(config.flipSinToCos()).isTrue();
    assertThat(config.normEps()).isEqualTo(1e-5);
    assertThat(config.downsamplePadding()).isEqualTo(1);
  }

  @Test
  void nullIsNotAbsent() {
    assertThat(UNet2DConfig.of(tiny()).attentionHeadDim()).isNull();
  }

  @Test
  void fieldsThatBeginWithAnUnderscoreAreIgnored() {
    JsonNode config = with(tiny(), Map.of("_diffusers_version", "\"0.42.1\"", "_anything", "1"));
    assertThat(UNet2DConfig.of(config)).isEqualTo(UNet2DConfig.of(tiny()));
  }

  @Test
  void sampleSizeIsOneNumberOrHeightAndWidth() {
    assertThat(Networks.of(tiny()).sampleShape()).containsExactly(3, 16, 16);
    JsonNode config = with(tiny(), Map.of("sample_size", "[16, 24]"));
    assertThat(Networks.of(config).sampleShape()).containsExactly(3, 16, 24);
  }

  @Test
  void aNetworkWritesTheConfigurationItWasReadFrom() {
    Network network = Networks.of(tiny());
    assertThat(network.config().get("sample_size").isInt()).isTrue();
    assertThat(network.config().get("norm_eps").asDouble()).isEqualTo(1e-5);
    assertThat(network.config().get("_class_name").asText()).isEqualTo("UNet2DModel");
    assertThat(Networks.of(network.config())).isEqualTo(network);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "act_fn                  | `\"gelu\"`         | silu, swish",
        "time_embedding_type     | `\"fourier\"`      | positional",
        "mid_block_type          | null               | UNetMidBlock2D",
        "down_block_types        | `[\"DownBlock2D\"]` | 2",
        "down_block_types        | null               | 2",
        "up_block_types          | `[\"UpBlock2D\", \"SkipUpBlock2D\"]` | UpBlock2D, AttnUpBlock2D",
        "block_out_channels      | `[]`               | one width per level",
        "block_out_channels      | `[16, 30]`         | multiples of norm_num_groups (4)",
        "attention_head_dim      | 7                  | a divisor of 32",
        "attn_norm_num_groups    | 8                  | norm_num_groups (4)",
        "class_embed_type        | `\"timestep\"`     | num_class_embeds",
        "downsample_padding      | 2                  | 0, 1",
        "mid_block_scale_factor  | 2                  | 1",
        "resnet_time_scale_shift | `\"ada_group\"`    | default, scale_shift",
        "sample_size             | null               | [height, width]",
        "sample_size             | 15                 | multiples of 2",
        "norm_num_groups         | 0                  | 1 or more",
        "dropout                 | 1                  | 0 <= dropout < 1",
      })
  void aFieldOutOfRangeIsNamedWithWhatIsLegal(String field, String value, String legal) {
    assertThatThrownBy(() -> UNet2DConfig.of(with(tiny(), Map.of(field, value))))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("UNet2DModel config: field '" + field + "'")
        .hasMessageContaining("legal")
        .hasMessageContaining(legal)
        .hasMessageNotContaining("\n");
  }

  @Test
  void anUnknownFieldIsNamedWithTheKnownOnes() {
    assertThatThrownBy(() -> UNet2DConfig.of(with(tiny(), Map.of("layers_per_blok", "2"))))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("layers_per_blok")
        .hasMessageContaining("layers_per_block");
  }

  @Test
  void aValueOfTheWrongTypeIsNamedByItsField() {
    assertThatThrownBy(() -> UNet2DConfig.of(with(tiny(), Map.of("in_channels", "\"three\""))))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("in_channels");
  }

  @Test
  void aNetworkNobodyKnowsIsNamedWithTheKnownOnes() {
    for (String config : List.of("{}", "{\"_class_name\": \"UNet3DModel\"}", "[]")) {
      assertThatThrownBy(() -> Networks.of(Json.parse(config, "test")))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("_class_name")
          .hasMessageContaining("UNet2DModel");
    }
  }
}
