package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Spectrum;
import dev.espalier.workers.report.Arm.Stage;
import java.util.ArrayList;
import java.util.List;

/** Singular values of a few weights and the condition numbers of all. */
final class Spectra {
  private Spectra() {}

  static Tag draw(ReportData data) {
    List<Arm> arms =
        data.arms().stream()
            .filter(a -> !a.spectra().isEmpty() || !a.conditionNumbers().isEmpty())
            .toList();
    List<Tag> content = new ArrayList<>(List.of(Legend.of(arms)));
    for (String setting : Arms.settings(arms)) {
      content.add(tag("h3").text(setting));
      content.add(Plot.figures(charts(data, arms, setting)));
    }
    content.add(ConditionTable.draw(arms, data.subject().svsPower()));
    return Section.of(
        "spectra",
        "Singular values",
        "Singular value scaling raises every singular value σ of a weight, taken as the matrix"
            + " [out, in · kh · kw], to the power "
            + Numbers.significant(data.subject().svsPower())
            + ". The order stays, the largest shrink most, and the condition number"
            + " κ, the largest σ over the smallest, becomes κ to that same power.",
        content);
  }

  private static List<Tag> charts(ReportData data, List<Arm> all, String setting) {
    List<Arm> arms = Arms.besideDense(all, setting);
    List<Tag> charts = new ArrayList<>();
    arms.stream()
        .flatMap(a -> a.spectra().stream())
        .map(Spectrum::weight)
        .distinct()
        .forEach(weight -> charts.add(SpectrumChart.draw(weight, arms)));
    Arms.find(arms, Stage.PRUNED, setting)
        .ifPresent(
            pruned ->
                Arms.find(arms, Stage.SCALED, setting)
                    .ifPresent(
                        scaled ->
                            charts.add(
                                ConditionChart.draw(pruned, scaled, data.subject().svsPower()))));
    return charts;
  }
}
