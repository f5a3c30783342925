package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.List;

/** A part of the page under a heading, with a paragraph that says how to read it. */
final class Section {
  private Section() {}

  static Tag of(String id, String title, String explanation, List<Tag> content) {
    Tag head = tag("header").add(tag("h2").with("id", id).text(title));
    if (!explanation.isEmpty()) head.add(tag("p").text(explanation));
    return tag("section").with("aria-labelledby", id).add(head).add(content);
  }
}
