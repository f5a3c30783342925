package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.unet2d.Configs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sizes of the networks of Diff-Pruning's experiments, dense and pruned, counted in the layout of
 * its code base, with every layer's width and every group's cut. The counts without a decimal point
 * in the paper are these, cut off; only the 46.5 M of its pruned LSUN network cannot be had from
 * the published rule at any ratio.
 */
class PublishedSizesTest {
  /** Networks of the experiments by what they draw. */
  static JsonNode config(String data) {
    ObjectNode cifar = Configs.cifar();
    return switch (data) {
      case "cifar10" -> cifar;
      case "celeba" ->
          Configs.with(
              cifar,
              Map.of(
                  "sample_size",
                  "64",
                  "block_out_channels",
                  "[128, 256, 256, 256, 512]",
                  "down_block_types",
                  "[\"DownBlock2D\", \"DownBlock2D\", \"AttnDownBlock2D\", \"DownBlock2D\","
                      + " \"DownBlock2D\"]",
                  "up_block_types",
                  "[\"UpBlock2D\", \"UpBlock2D\", \"AttnUpBlock2D\", \"UpBlock2D\","
                      + " \"UpBlock2D\"]"));
      case "lsun" -> Configs.resource("/reference/unet2d/full_ddpm_celebahq_256/config.json");
      default -> throw new IllegalArgumentException(data);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "cifar10, 0,    35746307,  6065456000",
    "cifar10, 0.05, 35373909,  6035478624",
    "cifar10, 0.3,  19851157,  3392819008",
    "cifar10, 0.5,  8968451,   1521027008",
    "cifar10, 0.7,  5120462,   1076632355",
    "cifar10, 0.9,  661496,    194837087",
    "celeba,  0,    78700803,  23922959232",
    "celeba,  0.3,  43735002,  13322085936",
    "celeba,  0.5,  19714179,  5997922752",
    "celeba,  0.7,  9252711,   4182864243",
    "celeba,  0.9,  1312076,   768237695",
    "lsun,    0,    113673219, 248691174144",
    "lsun,    0.3,  63205897,  138873356464",
  })
  void parametersAndMacsInTheDdimLayout(String data, double ratio, long parameters, long macs) {
    Description described = Description.of(config(data), List.of(ratio), "torch-pruning-ddim");
    assertThat(described.sizes().get(1).complexity()).isEqualTo(new Complexity(parameters, macs));
  }

  /** With diffusers' linear projections a bias counts once; what the releases print. */
  @ParameterizedTest
  @CsvSource({
    "cifar10, paper,               0,   35746307,  6064135040,   0",
    "cifar10, paper,               0.3, 19851157,  3391878598,   50",
    "cifar10, torch-pruning-1.1.7, 0.3, 19851157,  3391878598,   50",
    "cifar10, torch-pruning-1.2.5, 0.3, 19851157,  3391878598,   50",
    "cifar10, torch-pruning-1.6.1, 0.3, 13949333,  2087387078,   50",
    "cifar10, torch-pruning-1.6.1, 0.5, 8968451,   1520366528,   50",
    "cifar10, torch-pruning-1.6.1, 0.8, 2790677,   2071520006,   40",
    "cifar10, torch-pruning-1.6.1, 0.9, 29335736,  5532560753,   10",
    "lsun,    paper,               0,   113673219, 248688433920, 0",
    "lsun,    paper,               0.3, 63205897,  138871405660, 71",
    "lsun,    torch-pruning-1.6.1, 0.3, 51264233,  75229507484,  71",
    "lsun,    torch-pruning-1.6.1, 0.7, 7386774,   16082886885,  71",
  })
  void parametersAndMacsByVersion(
      String data, String compat, double ratio, long parameters, long macs, int groups) {
    Description described =
        Description.of(config(data), List.of(ratio), "torch-pruning", as(compat));
    Description.Size size = described.sizes().get(1);
    assertThat(described.compat()).isEqualTo(compat);
    assertThat(size.complexity()).isEqualTo(new Complexity(parameters, macs));
    assertThat(size.pruned()).isEqualTo(groups);
  }

  private static PruneConfig as(String compat) {
    return PruneConfig.of(
        "magnitude",
        null,
        null,
        null,
        null,
        null,
        compat,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10_0.05",
        "cifar10_0.3",
        "cifar10_0.5",
        "cifar10_0.7",
        "cifar10_0.9",
        "celeba_0.3",
        "celeba_0.5",
        "celeba_0.7",
        "celeba_0.9"
      })
  void everyLayerHasTheWidthThatDiffPruningsCodeLeaves(String name) {
    String data = name.substring(0, name.indexOf('_'));
    double ratio = Double.parseDouble(name.substring(name.indexOf('_') + 1));
    int levels = data.equals("cifar10") ? 4 : 5;
    JsonNode stored =
        Configs.resource("/dev/espalier/compression/prune/ddpm_widths.json").get(name);
    Description described = Description.of(config(data), List.of(ratio));
    Map<String, List<Integer>> widths = described.sizes().get(1).widths();
    assertThat(widths).hasSize(stored.get("widths").size());
    for (Map.Entry<String, JsonNode> layer : stored.get("widths").properties()) {
      JsonNode w = layer.getValue();
      List<Integer> outIn =
          w.size() == 1 ? List.of(w.get(0).asInt()) : List.of(w.get(1).asInt(), w.get(0).asInt());
      assertThat(widths).containsEntry(DdimNames.toDiffusers(layer.getKey(), levels), outIn);
    }
  }

  /** 50 groups in the CIFAR-10 network, 61 in CelebA's. */
  @ParameterizedTest
  @CsvSource({"cifar10, 0.3, 50", "celeba, 0.3, 61", "celeba, 0.7, 61"})
  void everyGroupLosesWhatDiffPruningsCodeRemoves(String data, double ratio, int count) {
    JsonNode stored =
        Configs.resource("/dev/espalier/compression/prune/ddpm_widths.json")
            .get(data + "_" + ratio)
            .get("groups");
    Description described = Description.of(config(data), List.of(ratio));
    assertThat(described.groups()).hasSize(count);
    assertThat(stored).hasSize(count);
    List<Description.Group> left = new ArrayList<>(described.groups());
    for (JsonNode group : stored) {
      String key =
          DdimNames.toDiffusers(group.get(0).asText(), data.equals("cifar10") ? 4 : 5) + ".weight";
      Description.Group ours =
          left.stream()
              .filter(g -> g.members().contains(new PruningGroup.Slice(key, 0, 0)))
              .findFirst()
              .orElseThrow();
      left.remove(ours);
      assertThat(ours.channels() - ours.kept().get(1)).as(key).isEqualTo(group.get(1).asInt());
    }
    assertThat(left).isEmpty();
  }

  @Test
  void everyVersionFindsTheSameGroups() {
    List<String> roots = roots("paper");
    for (Compat compat : Compat.values()) {
      assertThat(roots(compat.label())).isEqualTo(roots);
    }
  }

  private static List<String> roots(String compat) {
    return Description.of(config("cifar10"), List.of(), "torch-pruning", as(compat))
        .groups()
        .stream()
        .map(Description.Group::root)
        .toList();
  }
}
