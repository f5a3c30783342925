package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.ArrayList;
import java.util.List;

/** The singular values of whole networks: a row each, their histograms, and every weight. */
final class SpectrumSummary {
  private static final List<String> COLUMNS =
      List.of(
          "σ largest",
          "σ smallest",
          "κ median",
          "κ largest",
          "stable rank, median",
          "effective rank, median");
  private static final List<String> WEIGHT =
      List.of("matrix", "σ max", "σ min", "κ", "stable rank", "effective rank");

  private SpectrumSummary() {}

  static Tag table(List<Arm> arms) {
    Tag table = tag("table", "spectrum").add(tag("thead").add(heading("Network", COLUMNS)));
    for (String setting : settings(arms)) {
      Tag body = tag("tbody");
      if (!setting.isEmpty()) {
        Tag head =
            tag("th").with("scope", "rowgroup").with("colspan", COLUMNS.size() + 1).text(setting);
        body.add(tag("tr", "setting").add(head));
      }
      Arms.in(arms, setting).forEach(arm -> body.add(row(arm)));
      table.add(body);
    }
    return tag("div", "scroll").add(table);
  }

  private static List<String> settings(List<Arm> arms) {
    return arms.stream().map(Arm::setting).distinct().toList();
  }

  private static Tag heading(String first, List<String> columns) {
    Tag head = tag("tr").add(tag("th").with("scope", "col").text(first));
    columns.forEach(c -> head.add(tag("th", "number").with("scope", "col").text(c)));
    return head;
  }

  private static Tag row(Arm arm) {
    Tag name = tag("th").with("scope", "row");
    name.add(tag("span", "key " + arm.stage().style())).text(arm.stage().label());
    Tag row = tag("tr").add(name);
    WeightSpectra w = arm.weights();
    if (w == null) return row;
    for (double value :
        new double[] {
          w.largest(),
          w.smallest(),
          w.medianCondition(),
          w.largestCondition(),
          w.medianStableRank(),
          w.medianEffectiveRank()
        }) {
      row.add(number(Numbers.significant(value)));
    }
    return row;
  }

  private static Tag number(String text) {
    return tag("td", "number").text(text);
  }

  /** Share of all singular values in each bin, a line per network. */
  static Tag histogram(List<Arm> arms) {
    List<LineChart.Line> lines = new ArrayList<>();
    for (Arm arm : arms) {
      WeightSpectra w = arm.weights();
      if (w == null || w.histogram().isEmpty()) continue;
      double total = w.histogram().stream().mapToLong(WeightSpectra.Bin::count).sum();
      List<Arm.Point> points =
          w.histogram().stream()
              .map(b -> new Arm.Point(Math.sqrt(b.from() * b.to()), b.count() / total * 100))
              .toList();
      lines.add(new LineChart.Line(arm.stage().label(), arm.stage().style(), points, false));
    }
    List<Arm.Point> all = lines.stream().flatMap(l -> l.points().stream()).toList();
    Axis x = Plot.horizontalLogarithmic(all.stream().map(Arm.Point::step).toList());
    Axis y = Plot.verticalLinear(all.stream().map(Arm.Point::value).toList());
    Tag svg =
        Plot.frame(
            x,
            y,
            "singular value σ, logarithmic",
            "per cent of all, ten bins a decade",
            "Histogram of the singular values of all weights");
    return Plot.figure("All singular values", LineChart.draw(svg, x, y, lines));
  }

  /** Every weight of every network, behind a click each. */
  static List<Tag> perWeight(List<Arm> arms) {
    List<Tag> details = new ArrayList<>();
    for (Arm arm : arms) {
      WeightSpectra w = arm.weights();
      if (w == null) continue;
      Tag body = tag("tbody");
      w.weights().forEach(weight -> body.add(row(weight)));
      Tag table = tag("table", "weights").add(tag("thead").add(heading("Weight", WEIGHT)));
      String of = (arm.setting() + " " + arm.stage().label()).strip();
      details.add(
          tag("details")
              .add(tag("summary").text("Every weight of: " + of))
              .add(tag("div", "scroll").add(table.add(body))));
    }
    return details;
  }

  private static Tag row(WeightSpectra.Weight w) {
    Tag row = tag("tr").add(tag("th", "key-name").with("scope", "row").text(w.name()));
    row.add(number(w.rows() + " × " + w.columns()));
    for (double v :
        new double[] {w.max(), w.min(), w.condition(), w.stableRank(), w.effectiveRank()}) {
      row.add(number(Numbers.significant(v)));
    }
    return row;
  }
}
