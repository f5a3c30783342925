package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.ReportData.Facts;
import java.util.ArrayList;
import java.util.List;

/** What is needed to repeat the run: its facts, and long texts behind a click. */
final class RunRecord {
  private RunRecord() {}

  static Tag draw(ReportData data) {
    List<Tag> content = new ArrayList<>();
    Tag columns = tag("div", "facts");
    data.facts().forEach(facts -> columns.add(list(facts)));
    if (!data.facts().isEmpty()) content.add(columns);
    data.details()
        .forEach(
            detail ->
                content.add(
                    tag("details")
                        .add(tag("summary").text(detail.heading()))
                        .add(tag("pre").text(detail.text()))));
    return Section.of("record", "Record", "", content);
  }

  private static Tag list(Facts facts) {
    Tag list = tag("dl");
    facts
        .facts()
        .forEach(
            fact ->
                list.add(
                    tag("div").add(tag("dt").text(fact.name())).add(tag("dd").text(fact.value()))));
    return tag("div").add(tag("h3").text(facts.heading())).add(list);
  }
}
