package dev.espalier.workers.command;

import dev.espalier.compression.evaluate.ExtractorName;
import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workers.console.Table;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.Replicates;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepProgress;
import dev.espalier.workflows.SweepResult;
import dev.espalier.workflows.TrainActivity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What runs came to, as tables. */
final class Results {
  private Results() {}

  static String table(CompressionResult result) {
    List<String> further = further(result.dense());
    Table table = new Table(heading("network", result.dense().extractor(), further));
    row(table, "dense", result.dense(), further);
    row(table, "pruned", result.pruned(), further);
    row(table, result.svs() == null ? "finetuned" : "svs, finetuned", result.finetuned(), further);
    return table.toString();
  }

  static String table(SweepResult result) {
    Optional<EvaluateActivity.Result> dense =
        result.arms().stream()
            .map(SweepArm::result)
            .filter(Objects::nonNull)
            .findFirst()
            .map(CompressionResult::dense);
    List<String> further = dense.map(Results::further).orElse(List.of());
    String[] heading =
        heading("arm", dense.map(EvaluateActivity.Result::extractor).orElse("–"), further);
    Table table = new Table(heading);
    dense.ifPresent(d -> row(table, "dense", d, further));
    for (SweepArm arm : result.arms()) {
      CompressionResult run = arm.result();
      if (run == null) {
        table.row(brief(arm, heading.length));
      } else {
        String name = arm.note() == null ? arm.label() : arm.label() + ", " + arm.note();
        row(table, name, run.finetuned(), further);
      }
    }
    return Stream.of(table.toString(), replicates(result.groups()), stages(result.progress()))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(System.lineSeparator().repeat(2)));
  }

  /** An arm that failed, or whose measures lie on the shelf alone. */
  private static String[] brief(SweepArm arm, int width) {
    String[] row = new String[width];
    Arrays.fill(row, "–");
    SweepArm.Score score = arm.score();
    String note = arm.note() == null ? "" : ", " + arm.note();
    row[0] = arm.label() + (score == null ? ": failed: " + arm.note() : note);
    if (score == null) return row;
    row[1] = format("%.3f", score.frechetDistance());
    row[2] = format("%.4f", score.ssim());
    row[width - 3] = format("%,d", score.parameters());
    row[width - 2] = format("%,d", score.macs());
    return row;
  }

  private static String replicates(List<Replicates> groups) {
    if (groups.isEmpty()) return "";
    Table table = new Table("point", "replicates", "mean", "95 % interval of the mean");
    for (Replicates group : groups) {
      table.row(
          group.label(),
          format("%d", group.count()),
          format("%.4g", group.mean()),
          format("%.4g", group.low()) + " to " + format("%.4g", group.high()));
    }
    return table.toString();
  }

  private static String stages(@Nullable SweepProgress progress) {
    return progress == null
        ? ""
        : String.format(
            Locale.ROOT,
            "%d stages were run, %d saved: their results lay on the shelf already",
            progress.stagesRun(),
            progress.stagesSaved());
  }

  /** The measures beside the distance and the similarity, which have columns of their own. */
  private static List<String> further(EvaluateActivity.Result result) {
    return result.measures().stream()
        .map(Measure::name)
        .filter(name -> !name.equals("frechet-distance") && !name.equals("ssim"))
        .toList();
  }

  private static String[] heading(String first, String extractor, List<String> further) {
    List<String> heading =
        new ArrayList<>(List.of(first, ExtractorName.distance(extractor), "SSIM to dense"));
    heading.addAll(further);
    heading.addAll(List.of("parameters", "MACs", "images/s"));
    return heading.toArray(String[]::new);
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

  private static void row(
      Table table, String name, EvaluateActivity.Result result, List<String> further) {
    List<String> row = new ArrayList<>();
    row.add(name);
    row.add(measured("%.3f", result.frechetDistance(), result, "frechet-distance"));
    row.add(measured("%.4f", result.ssim(), result, "ssim"));
    for (String measure : further) {
      double value = result.measure(measure).map(Measure::value).orElse(Double.NaN);
      row.add(measured("%.4f", value, result, measure));
    }
    row.add(format("%,d", result.parameters()));
    row.add(format("%,d", result.macs()));
    row.add(format("%.1f", result.imagesPerSecond()));
    table.row(row.toArray(String[]::new));
  }

  /** {@code value [low, high]}; a dash for what was not taken. */
  private static String measured(
      String format, double value, EvaluateActivity.Result result, String measure) {
    if (Double.isNaN(value)) return "–";
    String text = format(format, value);
    Interval interval = result.measure(measure).map(Measure::interval).orElse(null);
    return interval == null
        ? text
        : text
            + " ["
            + format(format, interval.low())
            + ", "
            + format(format, interval.high())
            + "]";
  }

  private static String format(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }
}
