package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** google/ddpm-cifar10-32, from its configuration alone. */
class DescribeTest {
  private static final String CIFAR =
      """
      {"_class_name": "UNet2DModel", "sample_size": 32, "in_channels": 3, "out_channels": 3,
       "act_fn": "silu", "attention_head_dim": null, "block_out_channels": [128, 256, 256, 256],
       "center_input_sample": false, "downsample_padding": 0, "flip_sin_to_cos": false,
       "freq_shift": 1, "layers_per_block": 2, "mid_block_scale_factor": 1, "norm_eps": 1e-06,
       "norm_num_groups": 32, "time_embedding_type": "positional",
       "down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"]}
      """;

  @TempDir Path work;

  @Test
  void countsAreThoseOfThePaperCode() {
    Invocation json = describe("--json");
    assertThat(json.exitCode()).as(json.err()).isZero();
    JsonNode description = Json.parse(json.out(), "description");
    List<Long> parameters = new ArrayList<>();
    description
        .get("sizes")
        .forEach(size -> parameters.add(size.at("/complexity/parameters").longValue()));
    assertThat(parameters).containsExactly(35_746_307L, 19_851_157L, 8_968_451L, 5_120_462L);
    assertThat(description.at("/sizes/0/complexity/macs").longValue()).isEqualTo(6_064_135_040L);
    assertThat(description.get("groups")).hasSize(50);
  }

  @Test
  void thePrintedTableHasTheSameNumbers() {
    assertThat(describe().out())
        .contains("35,746,307")
        .contains("19,851,157")
        .contains("8,968,451")
        .contains("5,120,462")
        .contains("6,064,135,040");
  }

  @Test
  void aVersionOfTorchPruningAndLimitsAreFollowed() {
    Invocation today = describe("--compat", "torch-pruning-1.6.1");
    assertThat(today.exitCode()).as(today.err()).isZero();
    assertThat(today.out()).contains("torch-pruning-1.6.1").contains("13,949,333");
    Invocation limited =
        describe("--floor", "0.5", "--floor-of", "mid_block=1", "--round-to", "16", "--json");
    assertThat(limited.exitCode()).as(limited.err()).isZero();
    JsonNode description = Json.parse(limited.out(), "description");
    for (JsonNode group : description.get("groups")) {
      int channels = group.get("channels").asInt();
      int kept = group.get("kept").get(3).asInt();
      boolean middle = group.get("members").toString().contains("\"mid_block.");
      assertThat(kept).isEqualTo(middle ? channels : channels / 2);
    }
  }

  @Test
  void theDdimLayoutIsCountedByItsOwnRule() {
    assertThat(describe("--rule", "torch-pruning-ddim").out()).contains("3,392,819,008");
  }

  @Test
  void optionsThatCannotBeFollowedAreRefusedInOneLine() {
    assertThat(refused("--compat", "1.6.1")).contains("prune.compat", "torch-pruning-1.6.1");
    assertThat(refused("--scope", "global")).contains("prune.scope is global", "group");
    assertThat(refused("--floor", "2")).contains("prune.floor is 2.0", "0 to 1");
    assertThat(refused("--floor-of", "middle=0.5")).contains("'middle'");
    assertThat(refused("--round-to", "0")).contains("prune.roundTo is 0", "1 to 1024");
  }

  private String refused(String... options) {
    Invocation refused = describe(options);
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.said()).hasSize(1);
    return refused.said().get(0);
  }

  @Test
  void aNetworkOfAnUnknownClassIsRefused() {
    Invocation unknown = Invocation.of(work, "describe", "{\"_class_name\": \"UNet9D\"}");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.said()).hasSize(1).first().asString().contains("UNet9D");
  }

  private Invocation describe(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("describe", CIFAR, "--ratio", "0.3", "--ratio", "0.5", "--ratio", "0.7"));
    arguments.addAll(List.of(more));
    return Invocation.of(work, arguments.toArray(String[]::new));
  }
}
