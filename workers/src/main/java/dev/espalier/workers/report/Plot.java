package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.Collection;
import java.util.List;

/** The empty frame of a chart: grid, ticks and axis labels, ready to be drawn into. */
final class Plot {
  private static final double WIDTH = 460;
  private static final double HEIGHT = 268;
  private static final double LEFT = 50;
  private static final double RIGHT = 452;
  private static final double TOP = 28;
  private static final double BOTTOM = 224;

  private Plot() {}

  static Axis horizontal(Collection<Double> values) {
    return Axis.tight(values, LEFT, RIGHT);
  }

  static Axis horizontalLogarithmic(Collection<Double> values) {
    return Axis.logarithmic(values, LEFT, RIGHT);
  }

  /** Logarithmic where the values spread widely. */
  static Axis horizontalCovering(Collection<Double> values) {
    return Axis.covering(values, LEFT, RIGHT);
  }

  static Axis vertical(Collection<Double> values) {
    return Axis.covering(values, BOTTOM, TOP);
  }

  static Axis verticalLinear(Collection<Double> values) {
    return Axis.linear(values, BOTTOM, TOP);
  }

  static Axis verticalLogarithmic(Collection<Double> values) {
    return Axis.logarithmic(values, BOTTOM, TOP);
  }

  /** A frame under these axes; {@code description} stands for the drawing where it is not seen. */
  static Tag frame(Axis x, Axis y, String xLabel, String yLabel, String description) {
    Tag svg =
        tag("svg")
            .with("viewBox", "0 0 " + Numbers.px(WIDTH) + " " + Numbers.px(HEIGHT))
            .with("role", "img")
            .with("aria-label", description);
    for (double tick : y.ticks()) {
      svg.add(line("rule", LEFT, y.at(tick), RIGHT, y.at(tick)));
      svg.add(label("tick end", LEFT - 8, y.at(tick) + 4, Numbers.significant(tick)));
    }
    svg.add(line("base", LEFT, BOTTOM, RIGHT, BOTTOM));
    for (double tick : x.ticks()) {
      svg.add(line("base", x.at(tick), BOTTOM, x.at(tick), BOTTOM + 4));
      svg.add(label("tick middle", x.at(tick), BOTTOM + 18, Numbers.tick(tick)));
    }
    svg.add(label("axis end", RIGHT, BOTTOM + 37, xLabel));
    return svg.add(label("axis", 2, 13, yLabel + (y.log() ? ", logarithmic" : "")));
  }

  /** A vertical mark over the whole height, for an event of the stage styled so. */
  static Tag event(double x, String style) {
    return tag("g", style).add(line("event", x, TOP, x, BOTTOM));
  }

  /** The name of an event, beside its mark. */
  static Tag eventTitle(double x, String title) {
    return label("tick event-title", x + 4, TOP + 9, title);
  }

  /** A band over the whole height. */
  static Tag band(double from, double to) {
    return tag("rect", "band")
        .with("x", Numbers.px(from))
        .with("y", Numbers.px(TOP))
        .with("width", Numbers.px(to - from))
        .with("height", Numbers.px(BOTTOM - TOP));
  }

  static Tag line(String style, double x1, double y1, double x2, double y2) {
    return tag("line", style)
        .with("x1", Numbers.px(x1))
        .with("y1", Numbers.px(y1))
        .with("x2", Numbers.px(x2))
        .with("y2", Numbers.px(y2));
  }

  static Tag label(String style, double x, double y, String text) {
    return tag("text", style).with("x", Numbers.px(x)).with("y", Numbers.px(y)).text(text);
  }

  /** A chart and the line above it that says what it shows. */
  static Tag figure(String caption, Tag svg) {
    return tag("figure", "chart").add(tag("figcaption").text(caption)).add(svg);
  }

  static Tag figures(List<Tag> charts) {
    return tag("div", "charts").add(charts);
  }
}
