package dev.espalier.workflows;

import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.ExtractorName;
import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SvsConfig;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Settings and results in the few words that fit a timeline or a table cell. */
final class Summaries {
  private Summaries() {}

  static String of(PruneConfig config) {
    return format("%s · %s", config.criterion(), percent(config.ratio()))
        + (config.isGlobal() ? " · of all" : "")
        + (config.compat() == null ? "" : " · as " + config.compat())
        + (config.cuts() == 1 ? "" : " · in " + config.cuts() + " rounds");
  }

  static String of(SvsConfig config) {
    if (config.draws()) {
      return config.initialisation() + " weights" + (config.resetNorm() ? " · norms reset" : "");
    }
    return format("σ^%s", number(config.power()))
        + (config.scaleBias() ? " · biases too" : "")
        + (config.resetNorm() ? " · norms reset" : "");
  }

  static String of(FinetuneConfig config) {
    return format("%,d steps of %d images", config.steps(), config.batch())
        + (config.distillation() > 0
            ? format(" · %s distilled", percent(config.distillation()))
            : "");
  }

  static String of(EvaluateConfig config) {
    return format("%,d samples · DDIM %d", config.samples(), config.steps());
  }

  static String of(PruneActivity.Result result) {
    return format("%,d → %,d parameters", result.parametersBefore(), result.parametersAfter());
  }

  static String of(SvsActivity.Result result) {
    return format(
        "median condition number %.2f → %.2f",
        result.medianConditionBefore(), result.medianConditionAfter());
  }

  static String of(FinetuneActivity.Result result) {
    return format("%,d steps, validation loss %.4f", result.steps(), result.validationLoss());
  }

  static String of(TrainActivity.Result result) {
    return format("%,d steps, validation loss %.4f", result.steps(), result.validationLoss());
  }

  static String of(EvaluateActivity.Result result) {
    return format(
        "%s %.2f, SSIM %.3f",
        ExtractorName.distance(result.extractor()), result.frechetDistance(), result.ssim());
  }

  /** One run in a heading: {@code fashion-ddpm · diff-pruning · 50 % · svs}. */
  static String of(CompressionPlan plan) {
    return plan.network()
        + " · "
        + of(plan.prune())
        + (plan.iterate() == null ? "" : " · in " + plan.iterate().rounds() + " turns")
        + (plan.svs().draws()
            ? " · " + plan.svs().initialisation() + " weights"
            : plan.svs().enabled() ? " · svs" : " · without svs");
  }

  /** What is done to the pruned weights before they are finetuned. */
  static String method(CompressionPlan plan) {
    if (plan.svs().draws()) return plan.svs().initialisation();
    return plan.svs().enabled() ? "svs" : "pruning";
  }

  /** The whole result as Markdown, narrow enough for a telephone. */
  static String of(CompressionResult result) {
    List<EvaluateActivity.Result> networks =
        List.of(result.dense(), result.pruned(), result.finetuned());
    return "## "
        + of(result.plan())
        + """


        | | dense | pruned | finetuned |
        |---|---:|---:|---:|
        """
        + row("Fréchet distance", networks, n -> format("%.2f", n.frechetDistance()))
        + row("SSIM", networks, n -> format("%.3f", n.ssim()))
        + row("parameters", networks, n -> count(n.parameters()))
        + row("MACs", networks, n -> count(n.macs()))
        + format("\nFréchet distance on features of %s.\n", result.finetuned().extractor())
        + measures(result.finetuned());
  }

  /** All measures of the final network with their intervals; nothing where there are none. */
  private static String measures(EvaluateActivity.Result result) {
    if (result.measures().isEmpty()) return "";
    StringBuilder text =
        new StringBuilder("\n| finetuned | value | 95 % interval |\n|---|---:|---:|\n");
    for (Measure m : result.measures()) {
      Interval ends = m.interval();
      String interval = ends == null ? "" : format("%.4g to %.4g", ends.low(), ends.high());
      text.append(format("| %s | %.4g | %s |\n", m.name(), m.value(), interval));
    }
    return text.toString();
  }

  private static String row(
      String name,
      List<EvaluateActivity.Result> networks,
      Function<EvaluateActivity.Result, String> value) {
    return "| "
        + name
        + " | "
        + networks.stream().map(value).collect(Collectors.joining(" | "))
        + " |\n";
  }

  /** With three digits: {@code 163 k}, {@code 1.11 M}, {@code 35.7 G}. */
  static String count(long count) {
    String[] units = {"", "\u00a0k", "\u00a0M", "\u00a0G", "\u00a0T"};
    double value = count;
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return format("%." + digits + "f", value) + units[unit];
  }

  /**
   * Shows {@code markdown} as the run's details. The UI sets tables without space between their
   * cells, so every cell but a row's last gets some of its own. It comes last, which is not enough
   * for the column after a heading in two lines.
   */
  static void show(String markdown) {
    Workflow.setCurrentDetails(markdown.replace(" | ", "\u2003 | "));
  }

  static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  private static String percent(double ratio) {
    return number(Math.round(ratio * 10_000) / 100.0) + " %";
  }

  private static String number(double value) {
    return value == Math.rint(value) ? format("%d", (long) value) : String.valueOf(value);
  }
}
