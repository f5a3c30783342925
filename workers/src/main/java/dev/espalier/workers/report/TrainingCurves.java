package dev.espalier.workers.report;

import dev.espalier.workers.report.Arm.Curve;
import dev.espalier.workers.report.Arm.Point;
import java.util.ArrayList;
import java.util.List;

/** Every quantity followed during finetuning: a row of charts each, one chart per setting. */
final class TrainingCurves {
  private TrainingCurves() {}

  static Tag draw(ReportData data) {
    List<Arm> trained = data.arms().stream().filter(a -> !a.curves().isEmpty()).toList();
    List<Tag> charts = new ArrayList<>();
    for (String quantity : quantities(trained)) {
      for (String setting : Arms.settings(trained)) {
        List<Arm> arms =
            Arms.in(trained, setting).stream().filter(a -> !points(a, quantity).isEmpty()).toList();
        if (!arms.isEmpty()) charts.add(chart(quantity, setting, arms, values(trained, quantity)));
      }
    }
    return Section.of(
        "curves",
        "Finetuning, step by step",
        "The training loss is drawn faint as it was and strong as a running mean. The validation"
            + " loss is taken on held-out images with fixed noise and fixed timesteps, so its"
            + " points can be compared. Charts of one quantity share their vertical axis.",
        List.of(Legend.of(trained), Plot.figures(charts)));
  }

  private static Tag chart(String quantity, String setting, List<Arm> arms, List<Double> values) {
    List<LineChart.Line> lines =
        arms.stream()
            .map(
                a ->
                    new LineChart.Line(
                        a.stage().label(), a.stage().style(), points(a, quantity), true))
            .toList();
    List<Double> steps = new ArrayList<>();
    lines.forEach(line -> line.points().forEach(p -> steps.add(p.step())));
    Axis x = Plot.horizontal(steps);
    Axis y = Plot.vertical(values);
    Tag svg = Plot.frame(x, y, "step", quantity, quantity + " by step, " + setting);
    for (Arm arm : arms) {
      arm.resumedAt()
          .forEach(step -> svg.add(Plot.event(x.at(step), "resumed", arm.stage().style())));
    }
    return Plot.figure(setting, LineChart.draw(svg, x, y, lines));
  }

  private static List<String> quantities(List<Arm> arms) {
    return arms.stream().flatMap(a -> a.curves().stream()).map(Curve::quantity).distinct().toList();
  }

  private static List<Point> points(Arm arm, String quantity) {
    return arm.curves().stream()
        .filter(c -> c.quantity().equals(quantity))
        .flatMap(c -> c.points().stream())
        .toList();
  }

  private static List<Double> values(List<Arm> arms, String quantity) {
    return arms.stream().flatMap(a -> points(a, quantity).stream()).map(Point::value).toList();
  }
}
