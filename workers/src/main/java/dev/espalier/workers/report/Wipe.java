package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.List;

/** Two networks' samples one over the other, with a line between them that can be moved. */
final class Wipe {
  private Wipe() {}

  /** Shown by the script alone, which fills it. */
  static Tag draw(List<Arm> all, List<Arm> drawn) {
    Tag control =
        tag("div", "control")
            .add(choice("wipe-a", "A, left", all, drawn, 0))
            .add(choice("wipe-b", "B, right", all, drawn, drawn.size() - 1))
            .add(
                tag("span", "choice range")
                    .add(tag("label").with("for", "wipe-at").text("Line"))
                    .add(
                        tag("input")
                            .with("type", "range")
                            .with("id", "wipe-at")
                            .with("min", 0)
                            .with("max", 100)
                            .with("value", 50)));
    return tag("div", "wipe")
        .with("hidden", "hidden")
        .add(tag("h3").text("One over the other"))
        .add(control)
        .add(tag("div", "pane").with("role", "img"));
  }

  private static Tag choice(String id, String label, List<Arm> all, List<Arm> drawn, int chosen) {
    Tag select = tag("select").with("id", id);
    for (int i = 0; i < drawn.size(); i++) {
      Arm arm = drawn.get(i);
      Tag option = tag("option").with("value", SampleGrids.id(all, arm));
      if (i == chosen) option.with("selected", "selected");
      String setting = arm.setting().isEmpty() ? "" : arm.setting() + ", ";
      select.add(option.text(setting + arm.stage().label()));
    }
    return tag("span", "choice").add(tag("label").with("for", id).text(label)).add(select);
  }
}
