package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Stage;
import java.util.List;
import java.util.stream.Stream;

/** What the colours and dashes mean; the same in every chart of the page. */
final class Legend {
  private Legend() {}

  static Tag of(List<Arm> arms) {
    return ofStages(arms.stream().map(Arm::stage));
  }

  static Tag ofStages(Stream<Stage> stages) {
    Tag list = tag("ul", "legend");
    stages
        .distinct()
        .sorted()
        .forEach(stage -> list.add(tag("li").add(swatch(stage)).text(stage.label())));
    return list;
  }

  private static Tag swatch(Stage stage) {
    return tag("svg")
        .with("width", 26)
        .with("height", 10)
        .with("aria-hidden", "true")
        .add(Plot.line("line " + stage.style(), 1, 5, 25, 5))
        .add(tag("circle", "dot " + stage.style()).with("cx", 13).with("cy", 5).with("r", 3.2));
  }
}
