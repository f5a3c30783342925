package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Width;
import java.util.List;
import java.util.Optional;

/** Channels of every pruning group, dense and per setting, as numbers and as bars. */
final class Widths {
  private Widths() {}

  static Tag draw(ReportData data) {
    List<Arm> pruned = data.arms().stream().filter(a -> !a.widths().isEmpty()).toList();
    Tag head =
        tag("tr")
            .add(tag("th").with("scope", "col").text("Pruning group"))
            .add(tag("th", "number").with("scope", "col").text("dense"));
    pruned.forEach(
        a -> head.add(tag("th").with("scope", "col").with("colspan", 2).text(a.setting())));
    Tag body = tag("tbody");
    int widest =
        pruned.stream().flatMap(a -> a.widths().stream()).mapToInt(Width::before).max().orElse(1);
    pruned.stream()
        .flatMap(a -> a.widths().stream())
        .map(Width::group)
        .distinct()
        .forEach(group -> body.add(row(group, pruned, widest)));
    Tag table = tag("table", "widths").add(tag("thead").add(head)).add(body);
    return Section.of(
        "widths",
        "Widths",
        "A pruning group is a set of channels that can only go together, named after one layer"
            + " that makes them. Outline: channels before; filled: channels kept.",
        List.of(tag("div", "scroll").add(table)));
  }

  private static Tag row(String group, List<Arm> pruned, int widest) {
    Optional<Width> any = pruned.stream().flatMap(a -> width(a, group).stream()).findFirst();
    Tag row =
        tag("tr")
            .add(tag("th", "key-name").with("scope", "row").text(group))
            .add(tag("td", "number").text(any.map(w -> Numbers.count(w.before())).orElse("")));
    for (Arm arm : pruned) {
      Optional<Width> width = width(arm, group);
      row.add(tag("td", "number").text(width.map(w -> Numbers.count(w.after())).orElse("")));
      Tag cell = tag("td", "bar");
      width.ifPresent(w -> cell.add(bar(w, widest)));
      row.add(cell);
    }
    return row;
  }

  private static Optional<Width> width(Arm arm, String group) {
    return arm.widths().stream().filter(w -> w.group().equals(group)).findFirst();
  }

  private static Tag bar(Width width, int widest) {
    return tag("svg")
        .with("width", "100%")
        .with("height", 10)
        .with("aria-hidden", "true")
        .add(rectangle("outline", (double) width.before() / widest))
        .add(rectangle("filled", (double) width.after() / widest));
  }

  private static Tag rectangle(String style, double share) {
    return tag("rect", style)
        .with("x", "0")
        .with("y", "1")
        .with("height", "8")
        .with("width", Numbers.px(share * 99) + "%");
  }
}
