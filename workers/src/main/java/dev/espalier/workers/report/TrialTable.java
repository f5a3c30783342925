package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Measures;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A row per run: what was varied and what came out, best first; a click sorts by any column. */
final class TrialTable {
  private final List<Trial> trials;
  private final List<String> fields;
  private final List<Quantity> quantities;

  private TrialTable(List<Trial> trials, List<String> fields, List<Quantity> quantities) {
    this.trials = trials;
    this.fields = fields;
    this.quantities = quantities;
  }

  /**
   * @param fields those of the plan that differ
   * @param quantities the first of them orders the rows
   */
  static Tag draw(List<Trial> trials, List<String> fields, List<Quantity> quantities) {
    return new TrialTable(trials, fields, quantities).table();
  }

  private Tag table() {
    Tag head = tag("tr").add(tag("th").with("scope", "col").text("Run"));
    fields.forEach(f -> head.add(tag("th").with("scope", "col").with("title", f).text(own(f))));
    quantities.forEach(q -> head.add(tag("th", "number").with("scope", "col").text(q.heading())));
    Tag body = tag("tbody");
    IntStream.range(0, trials.size())
        .boxed()
        .sorted(Comparator.comparingDouble(this::rank))
        .forEach(i -> body.add(row(i)));
    Tag table = tag("table", "trials").add(tag("thead").add(head)).add(body);
    return tag("div", "scroll").add(table);
  }

  /** Lower is better; what was not measured comes last. */
  private double rank(int trial) {
    if (quantities.isEmpty()) return 0;
    Quantity first = quantities.get(0);
    double value = first.of(trials.get(trial).measures());
    if (!Double.isFinite(value)) return Double.MAX_VALUE;
    return first.lower() ? value : -value;
  }

  private Tag row(int i) {
    Trial trial = trials.get(i);
    Tag name =
        tag("th")
            .with("scope", "row")
            .with("data-sort", trial.label())
            .add(tag("span", "key " + trial.stage().style()))
            .text(trial.label());
    if (!trial.label().equals(trial.run())) name.add(tag("span", "beneath").text(trial.run()));
    Tag row = tag("tr").with("data-trial", i).add(name);
    for (String field : fields) {
      String value = trial.values().getOrDefault(field, "");
      row.add(tag("td").with("data-sort", value).text(written(value)));
    }
    quantities.forEach(q -> row.add(cell(q, trial.measures())));
    return row;
  }

  private static Tag cell(Quantity quantity, Measures measures) {
    double value = quantity.of(measures);
    Tag cell =
        tag("td", "number")
            .with("data-sort", Double.isFinite(value) ? Double.toString(value) : "")
            .add(tag("span", "value").text(quantity.text().apply(value)));
    String spread = quantity.spread(measures);
    return spread.isEmpty() ? cell : cell.add(tag("span", "beneath").text(spread));
  }

  /** A field that a plan leaves out stands at its default. */
  static String written(String value) {
    return value.isEmpty() ? "default" : value;
  }

  /** A field's own name without the stage it belongs to; a stage's switch is called after it. */
  static String own(String field) {
    String name = field.replaceFirst("\\.enabled$", "");
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
