package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Measures;
import java.util.List;

/** Fréchet distance of all arms, a row per setting, on one logarithmic axis. */
final class DistanceChart {
  private static final int ROW = 44;
  private static final int HEAD = 22;

  /** Characters of a setting's name that fit beside its row; a longer one stands above it. */
  private static final int BESIDE = 11;

  private DistanceChart() {}

  static Tag draw(ReportData data) {
    List<Arm> arms =
        Arms.measured(data.arms()).stream().filter(a -> !distances(a).isEmpty()).toList();
    List<String> settings = Arms.settings(arms);
    Axis x = Axis.logarithmic(arms.stream().flatMap(a -> distances(a).stream()).toList(), 11, 99);
    int bottom = HEAD + Math.max(settings.size(), 1) * ROW;
    Tag svg =
        tag("svg")
            .with("width", "100%")
            .with("height", bottom + 40)
            .with("role", "img")
            .with("aria-label", data.protocol().distanceName() + " of every network");
    for (double tick : x.ticks()) {
      svg.add(vertical("rule", x.at(tick), HEAD, bottom));
      svg.add(at("text", "tick middle", x.at(tick), bottom + 16).text(Numbers.significant(tick)));
    }
    for (Arm arm : arms) {
      if (arm.setting().isEmpty()) {
        double dense = x.at(Numbers.mean(distances(arm)));
        svg.add(vertical("dense-line", dense, HEAD, bottom));
        svg.add(at("text", "tick middle", dense, HEAD - 8).text(arm.stage().label()));
      }
    }
    for (int i = 0; i < settings.size(); i++) {
      row(svg, x, HEAD + i * ROW + 22, settings.get(i), Arms.in(arms, settings.get(i)));
    }
    svg.add(
        tag("text", "axis end")
            .with("x", "100%")
            .with("y", bottom + 36)
            .text(data.protocol().distanceName() + ", logarithmic, lower is better"));
    return tag("figure", "distance").add(svg);
  }

  private static void row(Tag svg, Axis x, int y, String setting, List<Arm> arms) {
    boolean fits = setting.length() <= BESIDE;
    svg.add(tag("text", "axis row").with("x", "0").with("y", fits ? y + 4 : y - 12).text(setting));
    svg.add(tag("line", "base").with("x1", "11%").with("x2", "99%").with("y1", y).with("y2", y));
    for (Arm arm : arms) {
      int lane = y + lane(arm);
      for (double value : distances(arm)) svg.add(dot(arm, x.at(value), lane, 3.5, "dot open "));
      double mean = Numbers.mean(distances(arm));
      svg.add(
          dot(arm, x.at(mean), lane, 6, "dot ")
              .add(tag("title").text(arm.stage().label() + " " + Numbers.fixed(mean, 1))));
    }
  }

  /** The two finetuned arms lie close together; one is drawn above the line, one beneath. */
  private static int lane(Arm arm) {
    return switch (arm.stage()) {
      case FINETUNED -> -7;
      case SVS_FINETUNED, DRAWN_FINETUNED -> 7;
      default -> 0;
    };
  }

  private static Tag dot(Arm arm, double x, int y, double radius, String style) {
    return tag("circle", style + arm.stage().style())
        .with("cx", Numbers.px(x) + "%")
        .with("cy", y)
        .with("r", radius);
  }

  private static Tag vertical(String style, double x, int top, int bottom) {
    String at = Numbers.px(x) + "%";
    return tag("line", style).with("x1", at).with("x2", at).with("y1", top).with("y2", bottom);
  }

  private static Tag at(String name, String style, double x, int y) {
    return tag(name, style).with("x", Numbers.px(x) + "%").with("y", y);
  }

  private static List<Double> distances(Arm arm) {
    Measures measures = arm.measures();
    return measures == null ? List.of() : measures.frechetDistance();
  }
}
