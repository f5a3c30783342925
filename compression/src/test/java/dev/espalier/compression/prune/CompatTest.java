package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Couple.Even;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompatTest {
  private static PruningGroup group(int channels, int blocks) {
    return new PruningGroup("layer", channels, List.of(), List.of(new Even("norm", blocks, false)));
  }

  /** 77 of 256 channels are 2 in each of 32 groups of 8; 0.3 of 8 rounds to 3. */
  @ParameterizedTest
  @CsvSource({
    "paper,               256, 32, 0.3, 192",
    "torch-pruning-1.1.7, 256, 32, 0.3, 192",
    "torch-pruning-1.2.5, 256, 32, 0.3, 192",
    "torch-pruning-1.6.1, 256, 32, 0.3, 160",
    "torch-pruning-1.6.1, 256, 1,  0.3, 179",
    "torch-pruning-1.6.1, 128, 32, 0.8, 128",
    "torch-pruning-1.6.1, 32,  32, 0.5, 32",
    "paper,               128, 32, 0.8, 32",
    "paper,               32,  32, 0.9, 32",
  })
  void widthsAreRoundedAsTheVersionDoes(
      String compat, int channels, int blocks, double ratio, int kept) {
    assertThat(Compat.of(compat).widths().kept(group(channels, blocks), ratio)).isEqualTo(kept);
  }

  @Test
  void blocksAreRankedByTheirOwnScoresByTheFirstOnesOrByTheMeans() {
    double[] scores = {1, 5, 3, 9, 4, 2};
    assertThat(BlockChoice.EACH.compared(scores, 2)).containsExactly(1, 5, 3, 9, 4, 2);
    assertThat(BlockChoice.FIRST.compared(scores, 2)).containsExactly(1, 5, 3, 1, 5, 3);
    assertThat(BlockChoice.MEAN.compared(scores, 2)).containsExactly(5, 4.5, 2.5, 5, 4.5, 2.5);
    assertThat(BlockChoice.MEAN.compared(scores, 1)).isEqualTo(scores);
  }

  @Test
  void onlyTheReleasesHaveScoresOfTheirOwn() {
    assertThat(Compat.PAPER.own("taylor")).isEmpty();
    assertThat(Compat.TORCH_PRUNING_1_1_7.own("taylor"))
        .contains(new ReleasedTaylor(true, true, false));
    assertThat(Compat.TORCH_PRUNING_1_6_1.own("diff-pruning"))
        .contains(new ReleasedTaylor(false, false, true));
    assertThat(Compat.TORCH_PRUNING_1_2_5.own("lamp")).isEmpty();
  }

  @Test
  void anUnknownVersionIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Compat.of("torch-pruning-2.0"))
        .isInstanceOf(InvalidInput.class)
        .hasMessage(
            "prune.compat is 'torch-pruning-2.0'; legal: paper, torch-pruning-1.1.7,"
                + " torch-pruning-1.2.5, torch-pruning-1.6.1");
  }
}
