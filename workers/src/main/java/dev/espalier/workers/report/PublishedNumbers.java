package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that a paper reports, and ours beside them.
 *
 * @param source where they are printed
 * @param rows one per network
 */
public record PublishedNumbers(String source, List<Row> rows) {
  /**
   * One network.
   *
   * @param name what the source calls it
   * @param ours which of our networks stands beside it; empty where none does
   * @param cells by metric
   * @param note what must be known to compare; empty if nothing
   */
  public record Row(String name, String ours, List<Cell> cells, String note) {
    public Row {
      cells = List.copyOf(cells);
    }
  }

  /**
   * One number.
   *
   * @param ours absent where we took none
   */
  public record Cell(String metric, double published, @Nullable Double ours) {}

  public PublishedNumbers {
    rows = List.copyOf(rows);
  }

  static Tag draw(PublishedNumbers numbers, String extractor) {
    List<String> metrics =
        numbers.rows.stream().flatMap(r -> r.cells.stream()).map(Cell::metric).distinct().toList();
    Tag head = tag("tr").add(tag("th").with("scope", "col").text("Published as"));
    metrics.forEach(m -> head.add(tag("th", "number").with("scope", "col").text(heading(m))));
    head.add(tag("th").with("scope", "col").text("Ours is"));
    Tag body = tag("tbody");
    numbers.rows.forEach(row -> body.add(row(row, metrics)));
    Tag table = tag("table", "published").add(tag("thead").add(head)).add(body);
    List<Tag> content = new ArrayList<>(List.of(tag("div", "scroll").add(table)));
    numbers.rows.stream()
        .filter(row -> !row.note.isEmpty())
        .forEach(row -> content.add(tag("p", "note").text(row.name + ": " + row.note)));
    return Section.of(
        "published",
        "Published numbers",
        String.format(
            "From %s. The published number stands above, ours beneath it. Our FID is the Fréchet"
                + " distance on features of %s; it can be compared only where that is the"
                + " Inception network the source took, with as many samples.",
            numbers.source, extractor),
        content);
  }

  private static Tag row(Row row, List<String> metrics) {
    Tag tr = tag("tr").add(tag("th").with("scope", "row").text(row.name));
    for (String metric : metrics) {
      Optional<Cell> cell = row.cells.stream().filter(c -> c.metric.equals(metric)).findFirst();
      Tag td = tag("td", "number").with("data-column", metric);
      cell.ifPresent(
          c ->
              td.add(tag("span", "value").text(number(c.published)))
                  .add(
                      tag("span", "beneath")
                          .text(c.ours == null ? Numbers.ABSENT : number(c.ours))));
      tr.add(td);
    }
    return tr.add(tag("td").text(row.ours));
  }

  private static String heading(String metric) {
    return metric.equals("sigmaMax") ? "σ largest" : metric;
  }

  /** As a paper would print it. */
  private static String number(double value) {
    if (Math.abs(value) >= 1e6) return Numbers.scaled(value);
    if (value == Math.rint(value)) return Numbers.count((long) value);
    return Numbers.fixed(value, Math.abs(value) < 2 ? 3 : 2);
  }
}
