package dev.espalier.workers.command;

import dev.espalier.workers.console.Table;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepResult;
import dev.espalier.workflows.TrainActivity;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** What runs came to, as tables. */
final class Results {
  private Results() {}

  static Table heading(String first, String extractor) {
    return new Table(
        first,
        "Fréchet distance (" + extractor + ")",
        "SSIM to dense",
        "parameters",
        "MACs",
        "images/s");
  }

  static String table(CompressionResult result) {
    Table table = heading("network", result.dense().extractor());
    row(table, "dense", result.dense());
    row(table, "pruned", result.pruned());
    row(table, result.svs() == null ? "finetuned" : "svs, finetuned", result.finetuned());
    return table.toString();
  }

  static String table(SweepResult result) {
    Optional<CompressionResult> first =
        result.arms().stream().map(SweepArm::result).filter(Objects::nonNull).findFirst();
    Table table = heading("arm", first.map(r -> r.dense().extractor()).orElse("–"));
    first.ifPresent(r -> row(table, "dense", r.dense()));
    for (SweepArm arm : result.arms()) {
      CompressionResult run = arm.result();
      if (run == null) {
        table.row(arm.label() + ": failed: " + arm.note(), "–", "–", "–", "–", "–");
      } else {
        row(table, arm.label(), run.finetuned());
      }
    }
    return table.toString();
  }

  static String table(TrainActivity.Result result) {
    return new Table("network", "steps", "loss", "validation loss", "seconds")
        .row(
            result.network().key(),
            format("%,d", result.steps()),
            format("%.4f", result.loss()),
            format("%.4f", result.validationLoss()),
            format("%.0f", result.seconds()))
        .toString();
  }

  private static void row(Table table, String name, EvaluateActivity.Result result) {
    table.row(
        name,
        format("%.3f", result.frechetDistance()),
        format("%.4f", result.ssim()),
        format("%,d", result.parameters()),
        format("%,d", result.macs()),
        format("%.1f", result.imagesPerSecond()));
  }

  private static String format(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }
}
