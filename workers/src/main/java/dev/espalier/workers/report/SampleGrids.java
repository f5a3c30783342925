package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.List;

/** The images each network draws from the same noise, side by side. */
final class SampleGrids {
  private SampleGrids() {}

  static Tag draw(ReportData data) {
    List<Arm> drawn = data.arms().stream().filter(a -> a.samples() != null).toList();
    List<String> settings = Arms.settings(drawn);
    List<Tag> rows =
        settings.isEmpty()
            ? List.of(row("", drawn))
            : settings.stream().map(s -> row(s, Arms.besideDense(drawn, s))).toList();
    return Section.of(
        "samples",
        "Samples",
        "Every network starts from the same noise, so an image can be followed from grid to grid:"
            + " the same place holds the same draw. Press and hold a grid to see the dense"
            + " network’s samples in its place.",
        rows);
  }

  private static Tag row(String setting, List<Arm> arms) {
    Tag grids = tag("div", "grids");
    arms.forEach(arm -> grids.add(grid(arm)));
    Tag row = tag("div", "comparison");
    if (!setting.isEmpty()) row.add(tag("h3").text(setting));
    return row.add(grids);
  }

  private static Tag grid(Arm arm) {
    Picture picture = arm.samples();
    Tag figure = tag("figure").with("data-stage", arm.stage().name());
    if (picture != null) {
      Tag image = tag("img").with("src", picture.dataUri()).with("alt", picture.description());
      figure.add(tag("button", "hold").with("type", "button").add(image));
    }
    return figure.add(
        tag("figcaption").add(tag("span", "key " + arm.stage().style())).text(arm.stage().label()));
  }
}
