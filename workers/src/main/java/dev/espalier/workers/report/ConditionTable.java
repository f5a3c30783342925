package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Spectrum;
import dev.espalier.workers.report.Arm.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Condition numbers per network: the median over all weights, then the weights drawn above it. */
final class ConditionTable {
  private static final List<Stage> LATER =
      List.of(Stage.DRAWN, Stage.FINETUNED, Stage.SVS_FINETUNED, Stage.DRAWN_FINETUNED);

  private final List<Arm> arms;
  private final List<Stage> later;
  private final boolean scaled;

  private ConditionTable(List<Arm> arms) {
    this.arms = arms;
    List<Stage> stages = arms.stream().map(Arm::stage).toList();
    this.later = LATER.stream().filter(stages::contains).toList();
    this.scaled = stages.contains(Stage.SCALED);
  }

  static Tag draw(List<Arm> arms) {
    return new ConditionTable(arms).table();
  }

  private Tag table() {
    Tag head = tag("tr");
    List<String> columns = columns();
    for (int i = 0; i < columns.size(); i++) {
      head.add(tag("th", i == 0 ? "" : "number").with("scope", "col").text(columns.get(i)));
    }
    Tag table = tag("table", "conditions").add(tag("thead").add(head));
    for (String setting : Arms.settings(arms)) table.add(body(setting));
    return tag("div", "scroll").add(table);
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("Condition number κ", "dense", "pruned"));
    if (scaled) {
      boolean roots =
          arms.stream().filter(a -> a.stage() == Stage.SCALED).allMatch(a -> a.power() == 0.5);
      columns.add(roots ? "√κ of pruned" : "κ of pruned, to the power");
      columns.add(Stage.SCALED.label());
    }
    later.forEach(stage -> columns.add(stage.label()));
    return columns;
  }

  private Tag body(String setting) {
    Tag body = tag("tbody");
    body.add(
        tag("tr", "setting")
            .add(
                tag("th")
                    .with("scope", "rowgroup")
                    .with("colspan", columns().size())
                    .text(setting)));
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
    Tag row =
        tag("tr")
            .add(tag("th", key ? "key-name" : "").with("scope", "row").text(name))
            .add(number(condition(Arms.dense(arms, setting), weight)))
            .add(number(pruned));
    if (scaled) {
      double power = Arms.find(arms, Stage.SCALED, setting).map(Arm::power).orElse(Double.NaN);
      row.add(number(Math.pow(pruned, power)).with("data-expected", "true"));
      row.add(number(condition(Stage.SCALED, setting, weight)));
    }
    later.forEach(stage -> row.add(number(condition(stage, setting, weight))));
    return row;
  }

  private double condition(Stage stage, String setting, Optional<String> weight) {
    return condition(Arms.find(arms, stage, setting), weight);
  }

  private static double condition(Optional<Arm> arm, Optional<String> weight) {
    return arm.map(Arm::conditionNumbers)
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
