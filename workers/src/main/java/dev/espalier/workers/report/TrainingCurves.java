package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Curve;
import dev.espalier.workers.report.Arm.Mark;
import dev.espalier.workers.report.Arm.Point;
import java.util.ArrayList;
import java.util.List;

/** Every quantity followed during finetuning: a row of charts each, one chart per setting. */
final class TrainingCurves {
  /** Width of a mark's title; a mark so close to the one before has none. */
  private static final double TITLE = 56;

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
            + " points can be compared. Charts of one quantity share their vertical axis."
            + (trained.stream().allMatch(a -> a.marks().isEmpty())
                ? ""
                : " A dashed line marks where an interrupted training went on from its checkpoint;"
                    + " the band behind it covers the steps that were done again."),
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
    arms.forEach(arm -> marks(svg, x, arm));
    return Plot.figure(setting, LineChart.draw(svg, x, y, lines));
  }

  /** A line where training went on, and a band over the steps it did again. */
  private static void marks(Tag svg, Axis x, Arm arm) {
    double free = Double.NEGATIVE_INFINITY;
    for (Mark mark : arm.marks()) {
      double at = x.at(Math.max(mark.from(), x.min()));
      Tag event = Plot.event(at, arm.stage().style()).add(tag("title").text(told(mark)));
      if (mark.reached() > mark.from()) {
        event.add(Plot.band(at, x.at(Math.min(mark.reached(), x.max()))));
      }
      if (at > free) {
        event.add(Plot.eventTitle(at, mark.event()));
        free = at + TITLE;
      }
      svg.add(event);
    }
  }

  private static String told(Mark mark) {
    int again = mark.reached() - mark.from();
    return mark.event()
        + " from step "
        + Numbers.count(mark.from())
        + (again > 0
            ? ", after step " + Numbers.count(mark.reached()) + ": " + again + " done again"
            : "");
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
