package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Measures;
import java.util.ArrayList;
import java.util.List;

/** All runs beside each other: as lines over what was varied and measured, and as a table. */
final class Trials {
  private Trials() {}

  static Tag draw(ReportData data) {
    List<Trial> trials = data.trials();
    List<String> fields = List.copyOf(trials.get(0).values().keySet());
    List<Measures> measures = trials.stream().map(Trial::measures).toList();
    List<Quantity> quantities =
        new ArrayList<>(Quantity.quality(measures, data.protocol().distanceName()));
    quantities.addAll(Quantity.cost(measures));
    List<Tag> content = new ArrayList<>();
    if (ParallelCoordinates.drawable(trials, fields, quantities)) {
      content.add(Legend.ofStages(trials.stream().map(Trial::stage)));
      content.add(tag("figure", "lines").add(ParallelCoordinates.draw(trials, fields, quantities)));
    }
    content.add(TrialTable.draw(trials, fields, quantities));
    return Section.of(
        "runs",
        "Runs",
        "One line and one row for the last network of every run. On the axes of measures better is"
            + " up. Small numbers are 95 % bootstrap intervals over the images of that run.",
        content);
  }
}
