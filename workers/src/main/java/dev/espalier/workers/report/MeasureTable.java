package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workers.report.Arm.Measures;
import java.util.List;
import java.util.Optional;

/** Every measure of every network with its interval: a row per network, a column per measure. */
final class MeasureTable {
  private MeasureTable() {}

  static Tag draw(ReportData data) {
    List<Arm> arms = Arms.measured(data.arms());
    List<String> names =
        arms.stream().flatMap(arm -> first(arm).stream()).map(Measure::name).distinct().toList();
    Tag head = tag("tr").add(tag("th").with("scope", "col").text("Network"));
    names.forEach(name -> head.add(heading(data, arms, name)));
    Tag body = tag("tbody");
    arms.forEach(arm -> body.add(row(arm, names)));
    Tag table = tag("table", "measures").add(tag("thead").add(head)).add(body);
    return Section.of(
        "measures",
        "Measures",
        "Each value of the first seed with its 95 % bootstrap interval beneath.",
        List.of(tag("div", "scroll").add(table)));
  }

  private static Tag heading(ReportData data, List<Arm> arms, String name) {
    String text = name.equals("frechet-distance") ? data.protocol().distanceName() : name;
    Tag heading = tag("th", "number").with("scope", "col").text(text);
    arms.stream()
        .flatMap(arm -> named(arm, name).stream())
        .map(Measure::settings)
        .filter(settings -> !settings.isEmpty())
        .findFirst()
        .ifPresent(settings -> heading.add(tag("span", "beneath").text(settings)));
    return heading;
  }

  private static Tag row(Arm arm, List<String> names) {
    String setting = arm.setting().isEmpty() ? "" : arm.setting() + ", ";
    Tag row =
        tag("tr")
            .add(
                tag("th")
                    .with("scope", "row")
                    .add(tag("span", "key " + arm.stage().style()))
                    .text(setting + arm.stage().label()));
    for (String name : names) {
      Tag cell = tag("td", "number").with("data-column", name);
      named(arm, name)
          .ifPresentOrElse(
              measure ->
                  cell.add(tag("span", "value").text(Numbers.significant(measure.value())))
                      .add(
                          tag("span", "beneath")
                              .text(Numbers.interval(measure.interval(), Numbers::significant))),
              () -> cell.text(Numbers.ABSENT));
      row.add(cell);
    }
    return row;
  }

  private static Optional<Measure> named(Arm arm, String name) {
    return first(arm).stream().filter(measure -> measure.name().equals(name)).findFirst();
  }

  private static List<Measure> first(Arm arm) {
    Measures measures = arm.measures();
    return measures == null ? List.of() : measures.first();
  }
}
