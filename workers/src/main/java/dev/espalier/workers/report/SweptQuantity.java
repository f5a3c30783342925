package dev.espalier.workers.report;

import dev.espalier.workers.report.Arm.Point;
import dev.espalier.workers.report.Arm.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One measure of several networks against the field that a sweep varied.
 *
 * @param caption what the runs have in common
 * @param field such as {@code prune.timesteps}
 * @param measure what the vertical axis says
 * @param lines one per stage
 */
public record SweptQuantity(String caption, String field, String measure, List<Line> lines) {
  /**
   * A measure by the field's value.
   *
   * @param stage what was measured; absent for published numbers
   */
  public record Line(@Nullable Stage stage, List<Point> points) {
    public Line {
      points = List.copyOf(points);
    }

    private LineChart.Line drawn() {
      return stage == null
          ? new LineChart.Line("published", "s-published", points, true)
          : new LineChart.Line(stage.label(), stage.style(), points, true);
    }
  }

  public SweptQuantity {
    lines = List.copyOf(lines);
  }

  /** All of them, under one heading. */
  static Tag draw(List<SweptQuantity> quantities, List<Arm> arms) {
    List<Tag> charts = new ArrayList<>();
    quantities.forEach(q -> charts.add(q.chart()));
    List<Stage> stages =
        quantities.stream()
            .flatMap(q -> q.lines.stream())
            .flatMap(l -> Stream.ofNullable(l.stage))
            .distinct()
            .toList();
    List<Arm> shown = arms.stream().filter(a -> stages.contains(a.stage())).toList();
    boolean published =
        quantities.stream().flatMap(q -> q.lines.stream()).anyMatch(l -> l.stage == null);
    return Section.of(
        "swept",
        "Across the sweep",
        "What was measured, by the field that was varied."
            + (published ? " Thin lines are published numbers." : ""),
        List.of(Legend.of(shown), Plot.figures(charts)));
  }

  private Tag chart() {
    List<Point> all = lines.stream().flatMap(l -> l.points.stream()).toList();
    Axis x = Plot.horizontal(all.stream().map(Point::step).toList());
    Axis y = Plot.vertical(all.stream().map(Point::value).toList());
    Tag svg = Plot.frame(x, y, field, measure, measure + " by " + field + ", " + caption);
    return Plot.figure(
        caption, LineChart.draw(svg, x, y, lines.stream().map(Line::drawn).toList()));
  }
}
