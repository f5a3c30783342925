package dev.espalier.workers.command;

import dev.espalier.activities.CurveLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A training's curve in few lines: mean losses of its tenths, and each time it was taken back. */
final class CurveLines {
  private static final int LINES = 10;

  private CurveLines() {}

  static List<LogLine> of(List<CurveLog.Point> points) {
    int last = points.stream().mapToInt(CurveLog.Point::step).max().orElse(0);
    int every = Math.max(1, (last + LINES - 1) / LINES);
    List<LogLine> lines = new ArrayList<>();
    Tenth tenth = new Tenth();
    for (CurveLog.Point point : points) {
      Integer diverged = point.diverged();
      if (point.step() > tenth.to && tenth.steps > 0) tenth.tell(lines);
      if (tenth.steps == 0) tenth.to = (point.step() + every - 1) / every * every;
      tenth.add(point);
      if (diverged != null) {
        if (tenth.steps > 0) tenth.tell(lines);
        lines.add(
            LogLine.between(
                "    the loss was no number at step "
                    + diverged
                    + ": taken back to step "
                    + point.step()));
      }
    }
    if (tenth.steps > 0) tenth.tell(lines);
    return lines;
  }

  private static final class Tenth {
    int to;
    int steps;
    private int at;
    private double sum;
    private double validation = Double.NaN;

    void add(CurveLog.Point point) {
      Double loss = point.loss();
      Double validated = point.validationLoss();
      if (validated != null) validation = validated;
      if (loss == null) return;
      at = point.step();
      sum += loss;
      steps++;
    }

    void tell(List<LogLine> lines) {
      String text = String.format(Locale.ROOT, "    to step %d: loss %.4f", at, sum / steps);
      if (!Double.isNaN(validation)) {
        text += String.format(Locale.ROOT, ", validation loss %.4f", validation);
      }
      lines.add(LogLine.between(text));
      steps = 0;
      sum = 0;
      validation = Double.NaN;
    }
  }
}
