package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.Json;
import dev.espalier.compression.prune.ChannelPruner.Cut;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImportanceReportTest {
  private static final PruneConfig CONFIG = PruneConfig.defaults();

  @Test
  void aGroupIsSummedUp() {
    Cut cut = new Cut("root", 5, List.of(1, 3, 4), List.of(0.0, 10.0, 1.0, 4.0, 20.0));
    ImportanceReport report = ImportanceReport.of(CONFIG, List.of(cut));
    assertThat(report.criterion()).isEqualTo("diff-pruning");
    assertThat(report.compat()).isEqualTo("paper");
    assertThat(report.scope()).isEqualTo("group");
    ImportanceReport.Group group = report.groups().get(0);
    assertThat(group.root()).isEqualTo("root");
    assertThat(group.kept()).isEqualTo(3);
    assertThat(group.shareCut()).isEqualTo(0.4, within(1e-12));
    assertThat(List.of(group.min(), group.median(), group.max())).containsExactly(0.0, 4.0, 20.0);
    assertThat(group.highestCut()).isEqualTo(1);
    assertThat(group.lowestKept()).isEqualTo(4);
    // Twenty bins of width 1; the largest score lies in the last.
    assertThat(group.histogram().all()).hasSize(20);
    assertThat(binsWithChannels(group.histogram().all())).containsExactly(0, 1, 4, 10, 19);
    assertThat(binsWithChannels(group.histogram().cut())).containsExactly(0, 1);
  }

  private static List<Integer> binsWithChannels(List<Integer> counts) {
    return java.util.stream.IntStream.range(0, counts.size())
        .filter(i -> counts.get(i) > 0)
        .boxed()
        .toList();
  }

  @Test
  void equalScoresFillOneBinAndNothingCutHasNoHighest() {
    Cut cut = new Cut("root", 2, List.of(0, 1), List.of(3.0, 3.0));
    ImportanceReport.Group group = ImportanceReport.of(CONFIG, List.of(cut)).groups().get(0);
    assertThat(group.histogram().all()).containsExactly(2);
    assertThat(group.histogram().cut()).containsExactly(0);
    assertThat(group.highestCut()).isNull();
    assertThat(group.median()).isEqualTo(3);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Cut cut = new Cut("root", 3, List.of(2), List.of(1.0, 2.0, 4.0));
    ImportanceReport report = ImportanceReport.of(CONFIG, List.of(cut));
    assertThat(Json.read(Json.pretty(report), ImportanceReport.class, "test")).isEqualTo(report);
  }
}
