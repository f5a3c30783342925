package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Lines over two axes, drawn with a marker per point where there are few, smoothed where many. */
final class LineChart {
  private static final int FEW = 24;
  private static final int MANY = 80;
  private static final int DRAWN = 300;

  private LineChart() {}

  /** One line in the style class of the stage it belongs to; marked, its points may have dots. */
  record Line(String label, String style, List<Point> points, boolean marked) {}

  /** Adds {@code lines} to a frame made for the same axes. */
  static Tag draw(Tag svg, Axis x, Axis y, List<Line> lines) {
    svg.with("data-axis", span(x));
    for (Line line : lines) {
      List<Point> points = thinned(line.points().stream().filter(p -> y.shows(p.value())).toList());
      if (points.size() > MANY) svg.add(path("raw " + line.style(), x, y, points));
      List<Point> shown = points.size() > MANY ? smoothed(points) : points;
      svg.add(
          path("line " + line.style(), x, y, shown)
              .with("data-label", line.label())
              .with("data-x", joined(shown, Point::step))
              .with("data-y", joined(shown, Point::value)));
      if (line.marked() && points.size() <= FEW)
        points.forEach(p -> svg.add(marker(line, x.at(p.step()), y, p)));
    }
    return svg;
  }

  private static String span(Axis x) {
    return String.join(
        " ",
        Numbers.px(x.from()),
        Numbers.px(x.to()),
        Double.toString(x.min()),
        Double.toString(x.max()),
        x.log() ? "log" : "even");
  }

  private static Tag path(String style, Axis x, Axis y, List<Point> points) {
    String path =
        points.stream()
            .map(p -> Numbers.px(x.at(p.step())) + " " + Numbers.px(y.at(p.value())))
            .collect(Collectors.joining(" L"));
    return tag("path", style).with("d", path.isEmpty() ? "" : "M" + path);
  }

  private static Tag marker(Line line, double cx, Axis y, Point p) {
    return tag("circle", "dot " + line.style())
        .with("cx", Numbers.px(cx))
        .with("cy", Numbers.px(y.at(p.value())))
        .with("r", "2.6");
  }

  private static String joined(List<Point> points, ToDoubleFunction<Point> value) {
    return points.stream()
        .map(p -> Float.toString((float) value.applyAsDouble(p)))
        .collect(Collectors.joining(" "));
  }

  /** At most {@link #DRAWN} points: each the mean of its neighbours. */
  private static List<Point> thinned(List<Point> points) {
    int step = (points.size() + DRAWN - 1) / DRAWN;
    if (step <= 1) return points;
    List<Point> few = new ArrayList<>();
    for (int i = 0; i < points.size(); i += step) {
      few.add(mean(points.subList(i, Math.min(i + step, points.size()))));
    }
    return few;
  }

  /** A running mean over a fifteenth of the whole, centred but for the last points. */
  private static List<Point> smoothed(List<Point> points) {
    int half = points.size() / 30;
    return IntStream.range(0, points.size())
        .mapToObj(
            i -> {
              int reach = Math.min(half, i);
              int end = Math.min(points.size(), i + reach + 1);
              return new Point(points.get(i).step(), mean(points.subList(i - reach, end)).value());
            })
        .toList();
  }

  private static Point mean(List<Point> points) {
    return new Point(
        points.stream().mapToDouble(Point::step).average().orElse(Double.NaN),
        points.stream().mapToDouble(Point::value).average().orElse(Double.NaN));
  }
}
