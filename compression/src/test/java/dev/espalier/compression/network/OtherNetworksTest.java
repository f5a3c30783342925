package dev.espalier.compression.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.prune.DependencyGraph;
import dev.espalier.compression.prune.PruningGroup;
import dev.espalier.compression.prune.PruningGroup.Slice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The readers know operations, not the U-Net: two networks of another kind, without a line added.
 */
class OtherNetworksTest {
  private final StyleGan2 styleGan = new StyleGan2(256, 32768);

  private static Map<String, int[]> styleGanShapes(StyleGan2 network) {
    Declare declare = new Declare();
    network.synthesis(declare, network.mapping(declare, 512));
    return declare.shapes();
  }

  private static Count styleGanCount(StyleGan2 network, Map<String, int[]> shapes) {
    Count count = new Count(shapes);
    network.synthesis(count, network.mapping(count, new Count.Size(512, 1, 1)));
    return count;
  }

  /** StyleGAN2's published tables count weights times input positions and nothing else. */
  private static long published(Count count) {
    return count.calls().stream().mapToLong(c -> c.weights() * c.read()).sum();
  }

  @Test
  void styleGan2HasItsPublishedSize() {
    Count count = styleGanCount(styleGan, styleGanShapes(styleGan));
    assertThat(count.parameters()).isEqualTo(30_034_338);
    assertThat(published(count)).isEqualTo(45_124_673_536L);
  }

  @Test
  void styleGan2PrunedBySeventyPercentHasItsPublishedSize() {
    Map<String, int[]> shapes = styleGanShapes(styleGan);
    Couple couple = new Couple(shapes);
    int[] w = couple.fix(styleGan.mapping(couple, couple.input(512)));
    couple.fix(styleGan.synthesis(couple, w));
    Map<String, int[]> pruned = new LinkedHashMap<>(shapes);
    for (PruningGroup group : DependencyGraph.of(couple.labels(), List.of()).groups()) {
      int removed = (int) (0.7 * group.channels());
      for (Slice s : group.slices()) {
        if (s.key().startsWith("mapping.")) continue;
        int[] shape = pruned.get(s.key()).clone();
        shape[s.axis()] -= removed;
        pruned.put(s.key(), shape);
      }
    }
    Count count = styleGanCount(styleGan, pruned);
    assertThat(count.parameters()).isEqualTo(5_573_364);
    assertThat(published(count)).isEqualTo(4_123_578_080L);
  }

  @Test
  void stableDiffusionHasItsPublishedSizeAndTiesTheHalvesOfItsGates() {
    UNet2DCondition network = UNet2DCondition.STABLE_DIFFUSION_15;
    Declare declare = new Declare();
    network.forward(declare, 4, 0, 768);
    Map<String, int[]> shapes = declare.shapes();
    Count count = new Count(shapes);
    Count.Size one = new Count.Size(1, 1, 1);
    network.forward(count, new Count.Size(4, 64, 64), one, new Count.Size(768, 77, 1));
    assertThat(count.parameters()).isEqualTo(859_520_964);

    Couple couple = new Couple(shapes);
    couple.fix(network.forward(couple, couple.input(4), new int[0], couple.input(768)));
    String gate = "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.weight";
    List<Slice> gateSlices =
        DependencyGraph.of(couple.labels(), List.of()).groups().stream()
            .flatMap(g -> g.slices().stream())
            .filter(s -> s.key().equals(gate) && s.axis() == 0)
            .toList();
    assertThat(gateSlices).containsExactly(new Slice(gate, 0, 0), new Slice(gate, 0, 5120));
  }
}
