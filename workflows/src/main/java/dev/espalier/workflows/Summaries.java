package dev.espalier.workflows;

import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.ExtractorName;
import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SvsConfig;
import io.temporal.workflow.Workflow;
import java.util.Locale;

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

  /** The whole result as Markdown. */
  static String of(CompressionResult result) {
    return "## "
        + of(result.plan())
        + """


        | network | Fréchet distance | SSIM | parameters | MACs |
        |---|---:|---:|---:|---:|
        """
        + row("dense", result.dense())
        + row("pruned", result.pruned())
        + row("finetuned", result.finetuned())
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

  private static String row(String network, EvaluateActivity.Result result) {
    return format(
        "| %s | %.2f | %.3f | %,d | %,d |\n",
        network, result.frechetDistance(), result.ssim(), result.parameters(), result.macs());
  }

  /**
   * Shows {@code markdown} as the run's details. The UI sets tables without space between their
   * cells, so every cell gets some of its own.
   */
  static void show(String markdown) {
    Workflow.setCurrentDetails(markdown.replace(" | ", "\u2003 | ").replace(" |\n", "\u2003 |\n"));
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
