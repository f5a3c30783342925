package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Spectrum;
import dev.espalier.workers.report.Arm.Stage;
import java.util.List;
import java.util.Optional;

/** Condition numbers per network: the median over all weights, then the weights drawn above it. */
final class ConditionTable {
  private final List<Arm> arms;
  private final double power;
  private final List<String> settings;

  private ConditionTable(List<Arm> arms, double power) {
    this.arms = arms;
    this.power = power;
    this.settings = Arms.settings(arms);
  }

  static Tag draw(List<Arm> arms, double power) {
    return new ConditionTable(arms, power).table();
  }

  private Tag table() {
    Tag head = tag("tr");
    List<String> columns =
        List.of(
            "Condition number κ",
            "dense",
            "pruned",
            power == 0.5 ? "√κ of pruned" : "κ of pruned, to the power",
            "scaled",
            "finetuned",
            "+ SVS, finetuned");
    for (int i = 0; i < columns.size(); i++) {
      head.add(tag("th", i == 0 ? "" : "number").with("scope", "col").text(columns.get(i)));
    }
    Tag table = tag("table", "conditions").add(tag("thead").add(head));
    for (String setting : settings) table.add(body(setting));
    return tag("div", "scroll").add(table);
  }

  private Tag body(String setting) {
    Tag body = tag("tbody");
    body.add(
        tag("tr", "setting")
            .add(tag("th").with("scope", "rowgroup").with("colspan", 7).text(setting)));
    body.add(row("median over all weights", Optional.empty(), setting, false));
    Arms.besideDense(arms, setting).stream()
        .flatMap(a -> a.spectra().stream())
        .map(Spectrum::weight)
        .distinct()
        .forEach(weight -> body.add(row(weight, Optional.of(weight), setting, true)));
    return body;
  }

  private Tag row(String name, Optional<String> weight, String setting, boolean key) {
    double pruned = condition(Stage.PRUNED, setting, weight);
    return tag("tr")
        .add(tag("th", key ? "key-name" : "").with("scope", "row").text(name))
        .add(number(condition(Stage.DENSE, "", weight)))
        .add(number(pruned))
        .add(number(Math.pow(pruned, power)).with("data-expected", "true"))
        .add(number(condition(Stage.SCALED, setting, weight)))
        .add(number(condition(Stage.FINETUNED, setting, weight)))
        .add(number(condition(Stage.SVS_FINETUNED, setting, weight)));
  }

  private double condition(Stage stage, String setting, Optional<String> weight) {
    return Arms.find(arms, stage, setting)
        .map(Arm::conditionNumbers)
        .map(
            all ->
                weight
                    .map(w -> all.getOrDefault(w, Double.NaN))
                    .orElseGet(() -> Numbers.median(all.values())))
        .orElse(Double.NaN);
  }

  private static Tag number(double value) {
    return tag("td", "number").text(Numbers.fixed(value, value < 100 ? 2 : 0));
  }
}
