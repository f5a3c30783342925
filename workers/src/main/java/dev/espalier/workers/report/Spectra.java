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
    List<Arm> known = arms.stream().filter(a -> a.weights() != null).toList();
    if (!known.isEmpty()) content.add(SpectrumSummary.table(known));
    for (String setting : Arms.settings(arms)) {
      content.add(tag("h3").text(setting));
      content.add(Plot.figures(charts(arms, setting)));
    }
    content.add(ConditionTable.draw(arms));
    content.addAll(SpectrumSummary.perWeight(known));
    return Section.of(
        "spectra",
        "Singular values",
        "Singular value scaling raises every singular value σ of a weight, taken as the matrix"
            + " [out, in · kh · kw], to the power "
            + powers(data, arms)
            + ". The order stays, the largest shrink most, and the condition number"
            + " κ, the largest σ over the smallest, becomes κ to that same power.",
        content);
  }

  private static String powers(ReportData data, List<Arm> arms) {
    List<String> powers =
        arms.stream()
            .filter(a -> a.stage() == Stage.SCALED)
            .map(a -> Numbers.significant(a.power()))
            .distinct()
            .toList();
    return powers.isEmpty()
        ? Numbers.significant(data.subject().svsPower())
        : Numbers.enumeration(powers);
  }

  private static List<Tag> charts(List<Arm> all, String setting) {
    List<Arm> arms = Arms.besideDense(all, setting);
    List<Tag> charts = new ArrayList<>();
    if (arms.stream().anyMatch(a -> a.weights() != null)) {
      charts.add(SpectrumSummary.histogram(arms));
    }
    arms.stream()
        .flatMap(a -> a.spectra().stream())
        .map(Spectrum::weight)
        .distinct()
        .forEach(weight -> charts.add(SpectrumChart.draw(weight, arms)));
    Arms.find(arms, Stage.PRUNED, setting)
        .ifPresent(
            pruned ->
                Arms.find(arms, Stage.SCALED, setting)
                    .filter(scaled -> scaled.power() > 0)
                    .ifPresent(
                        scaled -> charts.add(ConditionChart.draw(pruned, scaled, scaled.power()))));
    return charts;
  }
}
