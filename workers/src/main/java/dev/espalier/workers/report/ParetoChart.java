package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.compression.evaluate.Interval;
import dev.espalier.workers.report.Arm.Measures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Quality against cost, and the networks that no other one beats in both. */
final class ParetoChart {
  private static final double RADIUS = 4.5;

  private final Quantity quality;
  private final Quantity cost;
  private final List<Arm> arms;
  private final List<Arm> front;

  private ParetoChart(Quantity quality, Quantity cost, List<Arm> arms) {
    this.quality = quality;
    this.cost = cost;
    this.arms =
        arms.stream()
            .filter(a -> Double.isFinite(at(quality, a)) && Double.isFinite(at(cost, a)))
            .sorted(Comparator.comparingDouble(a -> at(cost, a)))
            .toList();
    this.front =
        this.arms.stream().filter(a -> this.arms.stream().noneMatch(b -> beats(b, a))).toList();
  }

  /** By what the networks are told apart, the first that was measured; nothing without. */
  static Optional<Tag> draw(ReportData data) {
    List<Arm> arms = Arms.measured(data.arms());
    List<Measures> measures = arms.stream().flatMap(a -> Stream.ofNullable(a.measures())).toList();
    Optional<Quantity> quality =
        Quantity.quality(measures, data.protocol().distanceName()).stream().findFirst();
    if (quality.isEmpty() || arms.size() < 2) return Optional.empty();
    List<ParetoChart> charts =
        Quantity.cost(measures).stream()
            .limit(2)
            .map(cost -> new ParetoChart(quality.get(), cost, arms))
            .filter(chart -> chart.arms.size() > 1)
            .toList();
    if (charts.isEmpty()) return Optional.empty();
    List<Tag> content = new ArrayList<>(List.of(Legend.of(arms)));
    content.add(Plot.figures(charts.stream().map(ParetoChart::figure).toList()));
    return Optional.of(
        Section.of(
            "pareto",
            "Quality against cost",
            "Filled networks are on the Pareto front: no other is better and cheaper at once."
                + " Whiskers are 95 % bootstrap intervals; the front does not look at them, so two"
                + " networks whose whiskers overlap may well change places."
                + (charts.stream().anyMatch(c -> c.cost.name().startsWith("ms"))
                    ? " Time is that of sampling in batches on the machine of the evaluation."
                    : ""),
            content));
  }

  private Tag figure() {
    Axis x = Plot.horizontalCovering(arms.stream().map(a -> at(cost, a)).toList());
    List<Double> values = new ArrayList<>();
    for (Arm arm : arms) {
      values.add(at(quality, arm));
      interval(arm).ifPresent(i -> values.addAll(List.of(i.low(), i.high())));
    }
    Axis y = Plot.vertical(values);
    Tag svg =
        Plot.frame(x, y, cost.name(), quality.name(), quality.name() + " against " + cost.name())
            .with("data-points", arms.size());
    svg.add(tag("path", "front").with("d", staircase(x, y)));
    arms.forEach(arm -> dot(svg, x, y, arm));
    Tag list =
        tag("p", "readout-list")
            .text(
                "On the front: "
                    + String.join("; ", front.stream().map(ParetoChart::name).toList())
                    + ".");
    return Plot.figure("against " + cost.name(), svg).add(list);
  }

  /** From the cheapest network of the front, level up to the cost of the next better one. */
  private String staircase(Axis x, Axis y) {
    StringBuilder path = new StringBuilder();
    for (Arm arm : front) {
      String px = Numbers.px(x.at(at(cost, arm)));
      String py = Numbers.px(y.at(at(quality, arm)));
      path.append(path.isEmpty() ? "M" + px + " " + py : " H" + px + " V" + py);
    }
    return path.toString();
  }

  private void dot(Tag svg, Axis x, Axis y, Arm arm) {
    String style = arm.stage().style();
    double cx = x.at(at(cost, arm));
    interval(arm)
        .filter(i -> y.shows(i.low()) && y.shows(i.high()))
        .ifPresent(
            i -> svg.add(Plot.line("whisker " + style, cx, y.at(i.low()), cx, y.at(i.high()))));
    svg.add(
        tag("circle", (front.contains(arm) ? "dot " : "dot open ") + style)
            .with("cx", Numbers.px(cx))
            .with("cy", Numbers.px(y.at(at(quality, arm))))
            .with("r", RADIUS)
            .with("data-text", text(arm)));
  }

  private String text(Arm arm) {
    return name(arm)
        + " · "
        + quality.text().apply(at(quality, arm))
        + " at "
        + cost.text().apply(at(cost, arm))
        + " "
        + cost.name();
  }

  private static String name(Arm arm) {
    return arm.setting().isEmpty()
        ? arm.stage().label()
        : arm.setting() + ", " + arm.stage().label();
  }

  private boolean beats(Arm one, Arm other) {
    double better = at(quality, other) - at(quality, one);
    if (!quality.lower()) better = -better;
    double cheaper = at(cost, other) - at(cost, one);
    return better >= 0 && cheaper >= 0 && better + cheaper > 0;
  }

  private Optional<Interval> interval(Arm arm) {
    Measures measures = arm.measures();
    return measures == null || measures.frechetDistance().size() > 1
        ? Optional.empty()
        : quality.interval(measures);
  }

  private static double at(Quantity quantity, Arm arm) {
    Measures measures = arm.measures();
    return measures == null ? Double.NaN : quantity.of(measures);
  }
}
