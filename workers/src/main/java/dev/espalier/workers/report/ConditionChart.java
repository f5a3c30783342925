package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Condition number of every weight before and after scaling, against the power law it follows. */
final class ConditionChart {
  private ConditionChart() {}

  /** Both arms hold the same weights; those in only one of them are not drawn. */
  static Tag draw(Arm pruned, Arm scaled, double power) {
    List<Double> before = new ArrayList<>(List.of(1.0));
    List<Double> after = new ArrayList<>(List.of(1.0));
    Map<String, Double> conditions = scaled.conditionNumbers();
    pruned
        .conditionNumbers()
        .forEach(
            (weight, kappa) -> {
              Double now = conditions.get(weight);
              if (now == null || !Double.isFinite(now) || !Double.isFinite(kappa)) return;
              before.add(kappa);
              after.add(now);
            });
    Axis x = Plot.horizontalLogarithmic(before);
    Axis y = Plot.verticalLogarithmic(after);
    Tag svg =
        Plot.frame(
            x,
            y,
            "κ before, logarithmic",
            "κ after scaling",
            "Condition number of each weight after scaling against before");
    double last = Math.min(x.max(), Math.pow(y.max(), 1 / power));
    svg.add(Plot.line("law", x.at(1), y.at(1), x.at(last), y.at(Math.pow(last, power))));
    double middle = Math.pow(last, 0.6);
    svg.add(Plot.label("tick", x.at(middle) + 14, y.at(Math.pow(middle, power)) + 20, law(power)));
    for (int i = 1; i < before.size(); i++) {
      svg.add(
          tag("circle", "dot open " + Arm.Stage.SCALED.style())
              .with("cx", Numbers.px(x.at(before.get(i))))
              .with("cy", Numbers.px(y.at(after.get(i))))
              .with("r", "3"));
    }
    return Plot.figure("Condition number κ of all " + (before.size() - 1) + " weights", svg);
  }

  private static String law(double power) {
    return power == 0.5 ? "κ′ = √κ" : "κ′ = κ^" + Numbers.significant(power);
  }
}
