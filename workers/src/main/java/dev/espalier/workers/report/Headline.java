package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import dev.espalier.workers.report.Arm.Measures;
import dev.espalier.workers.report.Arm.Stage;
import dev.espalier.workers.report.ReportData.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Title, what was done in one sentence, and what came out in another. */
final class Headline {
  /** Of more settings than these the first paragraph names only the best. */
  private static final int MOST_SETTINGS = 6;

  private Headline() {}

  static Tag draw(ReportData data) {
    Tag head =
        tag("header", "headline")
            .add(tag("p", "kicker").text("Espalier · compression report"))
            .add(tag("h1").text(title(data.subject())))
            .add(tag("p", "lede").text(done(data)));
    String outcome = outcome(data);
    if (!outcome.isEmpty()) head.add(tag("p", "lede").text(outcome));
    return head.add(tag("p", "run").text(data.run() + " · finished " + data.finished()));
  }

  private static String title(Subject subject) {
    String plural = subject.ratios().size() == 1 ? " at pruning ratio " : " at pruning ratios ";
    return Numbers.enumeration(subject.networks())
        + plural
        + some(subject.ratios().stream().map(Numbers::significant).toList());
  }

  /** All of them, or of many the first and the last. */
  private static String some(List<String> ordered) {
    return ordered.size() > MOST_SETTINGS
        ? ordered.get(0) + " to " + ordered.get(ordered.size() - 1)
        : Numbers.enumeration(ordered);
  }

  private static String done(ReportData data) {
    Subject subject = data.subject();
    List<String> criteria = subject.criteria().stream().map(c -> "“" + c + "”").toList();
    boolean one = subject.networks().size() == 1;
    return String.format(
        "The %s %s removed channels of %s, %s of %s%s; %s%s.",
        criteria.size() == 1 ? "criterion" : "criteria",
        Numbers.enumeration(criteria),
        Numbers.enumeration(subject.networks()),
        one ? "a diffusion model" : "diffusion models",
        Numbers.enumeration(subject.data()),
        sizes(data),
        training(subject),
        comparison(data));
  }

  private static String training(Subject subject) {
    List<String> steps =
        subject.finetuneSteps().stream().filter(n -> n > 0).map(n -> Numbers.count(n)).toList();
    if (steps.isEmpty()) return "no network was finetuned";
    String last = steps.get(steps.size() - 1);
    return (steps.size() == subject.finetuneSteps().size() ? "each" : "not every")
        + " pruned network was finetuned for "
        + (steps.size() == 1 ? last : steps.get(0) + " to " + last)
        + " steps";
  }

  private static String comparison(ReportData data) {
    List<Stage> stages = data.arms().stream().map(Arm::stage).toList();
    if (!stages.contains(Stage.SVS_FINETUNED)) return "";
    return stages.contains(Stage.FINETUNED)
        ? ", once as it was and once after singular value scaling (SVS)"
        : " after singular value scaling (SVS)";
  }

  private static String sizes(ReportData data) {
    Optional<Measures> dense = Arms.measures(data.arms(), Stage.DENSE, "");
    List<String> pruned =
        Arms.settings(data.arms()).stream()
            .flatMap(s -> Arms.measures(data.arms(), Stage.PRUNED, s).stream())
            .map(Measures::parameters)
            .distinct()
            .sorted(Comparator.reverseOrder())
            .map(p -> Numbers.count(p))
            .toList();
    if (dense.isEmpty() || pruned.isEmpty()) return "";
    return String.format(
        ", leaving %s of its %s parameters", some(pruned), Numbers.count(dense.get().parameters()));
  }

  private static String outcome(ReportData data) {
    List<String> found = new ArrayList<>();
    List<String> settings = Arms.settings(data.arms());
    if (settings.size() > MOST_SETTINGS) return best(data);
    for (String setting : settings) {
      List<String> parts = new ArrayList<>();
      reached(data, Stage.FINETUNED, setting).ifPresent(v -> parts.add(v + " without SVS"));
      reached(data, Stage.SVS_FINETUNED, setting).ifPresent(v -> parts.add(v + " with SVS"));
      reached(data, Stage.DRAWN_FINETUNED, setting).ifPresent(v -> parts.add(v + " drawn anew"));
      if (!parts.isEmpty()) found.add(Numbers.enumeration(parts) + " at " + setting);
    }
    if (found.isEmpty()) return "";
    return String.format(
        "After finetuning, the %s (lower is better) was %s%s.",
        data.protocol().distanceName(),
        String.join("; ", found),
        reached(data, Stage.DENSE, "").map(v -> "; the dense network has " + v).orElse(""));
  }

  /** Of many settings, the one with the lowest distance. */
  private static String best(ReportData data) {
    return data.arms().stream()
        .filter(a -> !a.setting().isEmpty())
        .filter(a -> a.measures() != null && !a.measures().frechetDistance().isEmpty())
        .min(Comparator.comparingDouble(Headline::distance))
        .map(
            a ->
                String.format(
                    "The lowest %s was %s: %s, %s.",
                    data.protocol().distanceName(),
                    Numbers.fixed(distance(a), 1),
                    a.setting(),
                    a.stage().label()))
        .orElse("");
  }

  private static double distance(Arm arm) {
    Measures measures = arm.measures();
    return measures == null ? Double.NaN : Numbers.mean(measures.frechetDistance());
  }

  private static Optional<String> reached(ReportData data, Stage stage, String setting) {
    return Arms.measures(data.arms(), stage, setting)
        .filter(m -> !m.frechetDistance().isEmpty())
        .map(m -> Numbers.fixed(Numbers.mean(m.frechetDistance()), 1));
  }
}
