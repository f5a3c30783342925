package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.compression.evaluate.Interval;
import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Stage;
import dev.espalier.workflows.Replicates;
import java.util.List;
import java.util.Optional;

/** Size, quality and speed of every measured network, settings together. */
final class ResultTable {
  private final ReportData data;
  private final List<Arm> arms;
  private final List<String> columns;

  private ResultTable(ReportData data) {
    this.data = data;
    this.arms = Arms.measured(data.arms());
    this.columns =
        List.of(
            "Parameters",
            "MACs",
            data.protocol().distanceName() + "\u00a0↓",
            "SSIM against dense\u00a0↑",
            "Images/s\u00a0↑",
            "Seconds");
  }

  static Tag draw(ReportData data) {
    return new ResultTable(data).table();
  }

  private Tag table() {
    Tag head = tag("tr").add(tag("th").with("scope", "col").text("Network"));
    columns.forEach(c -> head.add(tag("th", "number").with("scope", "col").text(c)));
    Tag table = tag("table", "results").add(tag("thead").add(head)).add(body(""));
    Arms.settings(arms).forEach(setting -> table.add(body(setting)));
    return tag("div", "scroll").add(table);
  }

  private Tag body(String setting) {
    Tag body = tag("tbody");
    if (!setting.isEmpty()) {
      Tag heading =
          tag("th").with("scope", "rowgroup").with("colspan", columns.size() + 1).text(setting);
      body.add(tag("tr", "setting").add(heading));
    }
    for (Arm arm : Arms.in(arms, setting)) {
      Measures measures = arm.measures();
      if (measures != null) body.add(row(arm, measures));
    }
    return body;
  }

  private Tag row(Arm arm, Measures m) {
    Tag name =
        tag("th")
            .with("scope", "row")
            .add(tag("span", "key " + arm.stage().style()))
            .text(arm.stage().label());
    return tag("tr")
        .add(name)
        .add(cell(0, Numbers.count(m.parameters()), ofDense(arm, m.parameters(), true)))
        .add(cell(1, Numbers.scaled(m.macs()), ofDense(arm, m.macs(), false)))
        .add(
            cell(
                2,
                Numbers.fixed(Numbers.mean(m.frechetDistance()), 1),
                spread(m, "frechet-distance", m.frechetDistance(), 1)))
        .add(cell(3, Numbers.fixed(Numbers.mean(m.ssim()), 3), spread(m, "ssim", m.ssim(), 3)))
        .add(cell(4, Numbers.significant(m.imagesPerSecond()), ""))
        .add(cell(5, Numbers.seconds(m.seconds()), ""));
  }

  private Tag cell(int column, String value, String beneath) {
    Tag cell = tag("td", "number").with("data-column", columns.get(column));
    cell.add(tag("span", "value").text(value));
    if (!beneath.isEmpty()) cell.add(tag("span", "beneath").text(beneath));
    return cell;
  }

  private String ofDense(Arm arm, long value, boolean parameters) {
    if (arm.stage() == Stage.DENSE) return "";
    return Arms.dense(arms, arm.setting())
        .flatMap(dense -> Optional.ofNullable(dense.measures()))
        .map(m -> Numbers.percent((double) value / (parameters ? m.parameters() : m.macs())))
        .orElse("");
  }

  /** Of the mean over seeds; of a single one, the interval of its images. */
  private static String spread(Measures m, String name, List<Double> values, int decimals) {
    if (values.size() > 1) {
      Replicates seeds = Replicates.of(name, values);
      Interval interval = new Interval(seeds.low(), seeds.high());
      return Numbers.interval(interval, v -> Numbers.fixed(v, decimals));
    }
    return m.first().stream()
        .filter(measure -> measure.name().equals(name))
        .map(measure -> Numbers.interval(measure.interval(), v -> Numbers.fixed(v, decimals)))
        .findFirst()
        .orElse("");
  }
}
