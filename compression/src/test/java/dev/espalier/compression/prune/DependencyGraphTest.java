package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.reference.Members;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DependencyGraphTest {
  private final Network cifar = Networks.of(Configs.cifar());
  private final Map<String, int[]> shapes = cifar.declaredShapes();
  private final DependencyGraph graph = DependencyGraph.of(cifar, shapes);

  private record Listed(int blocks, TreeSet<String> members) {}

  /**
   * The listing is of the DDIM code base, which adds attention to its input the other way round and
   * so visits groups in another order; the order for diffusers is held by the reference cases.
   */
  @Test
  void groupsAreThoseOfDiffPruningsCode() throws IOException {
    List<Listed> expected = listing();
    assertThat(expected).hasSize(50);
    List<Listed> found =
        graph.groups().stream().map(g -> new Listed(g.normGroups(), Members.of(g))).toList();
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static List<Listed> listing() throws IOException {
    String text =
        new String(
            DependencyGraphTest.class.getResourceAsStream("groups_cifar.txt").readAllBytes(),
            StandardCharsets.UTF_8);
    List<Listed> groups = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] words = line.trim().split("\\s+");
      if (line.startsWith("GROUP")) {
        groups.add(new Listed(Integer.parseInt(words[5]), new TreeSet<>()));
      } else if (words.length > 2) {
        String layer = DdimNames.toDiffusers(words[0]);
        String side = words[1].equals("prune_out_channels") ? "out" : "in";
        int start = Integer.parseInt(words[3].replaceAll("[(,]", ""));
        int count = Integer.parseInt(words[2]);
        groups.get(groups.size() - 1).members().add(Members.text(layer, side, start, count));
      }
    }
    return groups;
  }

  @Test
  void everyChannelOfEveryLayerIsInOneGroupOrFixed() {
    Map<String, Integer> covered = new LinkedHashMap<>();
    for (PruningGroup group : graph.groups()) {
      for (PruningGroup.Slice s : group.slices()) {
        covered.merge(s.key() + " " + s.axis(), group.channels(), Integer::sum);
      }
    }
    assertThat(covered.keySet())
        .doesNotContain("conv_in.weight 1", "conv_out.weight 0", "conv_out.bias 0")
        .doesNotContain("time_embedding.linear_1.weight 1");
    covered.forEach(
        (place, channels) -> {
          String[] keyAndAxis = place.split(" ");
          int axis = Integer.parseInt(keyAndAxis[1]);
          assertThat(channels).as(place).isEqualTo(shapes.get(keyAndAxis[0])[axis]);
        });
    long axes = shapes.values().stream().mapToLong(shape -> Math.min(2, shape.length)).sum();
    assertThat(covered).hasSize((int) axes - 4);
  }

  @Test
  void declaredWidthsDoNotMatterWhereThereAreWeights() {
    Network nonsense =
        Networks.of(
            Configs.with(
                Configs.cifar(),
                Map.of("block_out_channels", "[128, 992, 1024, 1056]", "out_channels", "7")));
    assertThat(DependencyGraph.of(nonsense, shapes)).isEqualTo(graph);
    assertThat(Complexity.of(nonsense, shapes)).isEqualTo(Complexity.of(cifar, shapes));
  }

  @Test
  void aLayerWhoseWeightsAreGoneIsLeftOutByEveryReader() {
    String block = "down_blocks.0.resnets.1.";
    Map<String, int[]> thin = new LinkedHashMap<>(shapes);
    thin.keySet().removeIf(key -> key.startsWith(block));
    List<PruningGroup> groups = DependencyGraph.of(cifar, thin).groups();
    assertThat(groups).hasSize(49);
    assertThat(groups)
        .allSatisfy(g -> assertThat(g.slices()).noneMatch(s -> s.key().startsWith(block)));
    Complexity dense = Complexity.of(cifar, shapes);
    Complexity less = Complexity.of(cifar, thin);
    // Two norms, two 3x3 convolutions and the projection of the time embedding, at 128 channels.
    long freed = 2 * 2 * 128 + 2 * (128 * 128 * 9 + 128) + 512 * 128 + 128;
    assertThat(dense.parameters() - less.parameters()).isEqualTo(freed);
    assertThat(less.macs()).isLessThan(dense.macs());
  }

  @Test
  void headsHoldTheWidthOfAnAttention() {
    Network heads = Networks.of(Configs.with(Configs.tiny(), Map.of("attention_head_dim", "8")));
    PruningGroup inner =
        DependencyGraph.of(heads, heads.declaredShapes()).groups().stream()
            .filter(g -> g.root().equals("down_blocks.1.attentions.0.to_v"))
            .findFirst()
            .orElseThrow();
    assertThat(inner.heads()).isEqualTo(4);
    assertThat(inner.normGroups()).isEqualTo(1);
    // 0.3 of 32 channels are 10; two from each of the four heads can go.
    assertThat(WidthRule.DIFF_PRUNING.kept(inner, 0.3)).isEqualTo(24);
  }

  @Test
  void atLeastOneChannelOfEveryBlockStays() {
    for (PruningGroup group : graph.groups()) {
      assertThat(WidthRule.DIFF_PRUNING.kept(group, 0)).isEqualTo(group.channels());
      assertThat(WidthRule.DIFF_PRUNING.kept(group, 0.999999)).isEqualTo(group.blocks());
    }
  }

  /** {@code int} of a double product: 320·(1−0.9) is 31.999… */
  @Test
  void theWidthRuleTruncatesAsDoublesDo() {
    PruningGroup free = new PruningGroup("layer", 320, List.of(), List.of());
    assertThat(WidthRule.DIFF_PRUNING.kept(free, 0.9)).isEqualTo(31);
  }
}
