package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The images each network draws from the same noise: side by side, in the order they were made
 * under one slider, and any two of them one over the other. Every image stands in the page once, in
 * the first of these; the others show it from there.
 */
final class SampleGrids {
  private SampleGrids() {}

  static Tag draw(ReportData data) {
    List<Arm> drawn = drawn(data.arms());
    List<String> settings = Arms.settings(drawn);
    List<Tag> content = new ArrayList<>();
    if (settings.isEmpty()) content.add(row(data.arms(), "", drawn));
    settings.forEach(s -> content.add(row(data.arms(), s, Arms.besideDense(drawn, s))));
    if (!data.films().isEmpty()) content.add(FilmSlider.draw(data));
    if (drawn.size() > 1) content.add(Wipe.draw(data.arms(), drawn));
    return Section.of(
        "samples",
        "Samples",
        "Every network starts from the same noise, so an image can be followed from grid to grid:"
            + " the same place holds the same draw. Press and hold a grid to see the dense"
            + " network’s samples in its place.",
        content);
  }

  private static List<Arm> drawn(List<Arm> arms) {
    return arms.stream().filter(a -> a.samples() != null).toList();
  }

  /** Where an arm's image stands in the page. */
  static String id(List<Arm> arms, Arm arm) {
    return "grid-" + arms.indexOf(arm);
  }

  private static Tag row(List<Arm> all, String setting, List<Arm> arms) {
    Tag grids = tag("div", "grids");
    arms.forEach(arm -> grids.add(grid(all, setting, arm)));
    Tag row = tag("div", "comparison");
    if (!setting.isEmpty()) row.add(tag("h3").text(setting));
    return row.add(grids);
  }

  private static Tag grid(List<Arm> all, String setting, Arm arm) {
    Picture picture = arm.samples();
    Tag figure = tag("figure").with("data-stage", arm.stage().name());
    if (picture != null) {
      Tag image = tag("img").with("src", picture.dataUri()).with("alt", picture.description());
      if (isFirst(all, setting, arm)) image.with("id", id(all, arm));
      figure.add(tag("button", "hold").with("type", "button").add(image));
    }
    return figure.add(
        tag("figcaption").add(tag("span", "key " + arm.stage().style())).text(arm.stage().label()));
  }

  /** The dense network stands in every row, but has one id. */
  private static boolean isFirst(List<Arm> all, String setting, Arm arm) {
    if (!arm.setting().isEmpty()) return true;
    Optional<String> first = Arms.settings(drawn(all)).stream().findFirst();
    return first.isEmpty() || first.get().equals(setting);
  }
}
