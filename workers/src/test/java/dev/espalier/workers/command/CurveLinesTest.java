package dev.espalier.workers.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.CurveLog.Point;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CurveLinesTest {
  @Test
  void everyTenthIsALineWithItsMean() {
    List<Point> points = new ArrayList<>();
    for (int step = 1; step <= 25; step++) {
      points.add(loss(step, step <= 3 ? 3.0 : 1.0));
      if (step == 6) points.add(new Point(step, null, null, null, 0.5, null));
    }
    List<LogLine> lines = CurveLines.of(points);
    assertThat(lines).hasSize(9);
    assertThat(lines.get(0).text()).isEqualTo("    to step 3: loss 3.0000");
    assertThat(lines.get(1).text()).isEqualTo("    to step 6: loss 1.0000, validation loss 0.5000");
    assertThat(lines.get(8).text()).isEqualTo("    to step 25: loss 1.0000");
  }

  @Test
  void aTrainingThatWasTakenBackSaysSo() {
    List<Point> points = List.of(loss(1, 1), new Point(1, null, null, null, null, 7), loss(2, 1));
    assertThat(CurveLines.of(points))
        .extracting(LogLine::text)
        .containsExactly(
            "    to step 1: loss 1.0000",
            "    the loss was no number at step 7: taken back to step 1",
            "    to step 2: loss 1.0000");
    assertThat(CurveLines.of(List.of())).isEmpty();
  }

  private static Point loss(int step, double loss) {
    return new Point(step, loss, 1.0, 0.1, null, null);
  }
}
