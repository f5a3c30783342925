package dev.espalier.workers.process;

import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workers.report.PublishedNumbers;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.Published;
import dev.espalier.workflows.ReportActivity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts our numbers beside published ones: those of the arm and the network that a row names. */
final class PublishedReading {
  private final ReportActivity.Request request;

  PublishedReading(ReportActivity.Request request) {
    this.request = request;
  }

  /** What is published of a sweep, or else of the plan that its runs share. */
  static Optional<Published> published(ReportActivity.Request request) {
    Published own = request.published();
    return Optional.ofNullable(own != null ? own : request.results().get(0).plan().published());
  }

  @Nullable PublishedNumbers read() {
    return published(request)
        .map(p -> new PublishedNumbers(p.source(), p.rows().stream().map(this::row).toList()))
        .orElse(null);
  }

  private PublishedNumbers.Row row(Published.Row row) {
    Optional<CompressionResult> run = run(row);
    List<PublishedNumbers.Cell> cells = new ArrayList<>();
    row.values()
        .forEach(
            (metric, value) ->
                cells.add(
                    new PublishedNumbers.Cell(
                        metric, value, run.map(r -> ours(r, row, metric)).orElse(null))));
    String where =
        run.map(r -> row.network() + (row.arm() == null ? "" : ", " + row.arm())).orElse("");
    return new PublishedNumbers.Row(row.name(), where, cells, row.note() == null ? "" : row.note());
  }

  /** The dense network is the same in all arms; a row without arm is a single run's. */
  private Optional<CompressionResult> run(Published.Row row) {
    if (row.arm() == null) {
      boolean one = request.results().size() == 1 || row.network().equals("dense");
      return one ? Optional.of(request.results().get(0)) : Optional.empty();
    }
    return labelled(request, row.arm());
  }

  /** The run that a sweep calls {@code arm}. */
  static Optional<CompressionResult> labelled(ReportActivity.Request request, String arm) {
    return request.results().stream()
        .filter(r -> arm.equals(request.labels().get(r.run())))
        .findFirst();
  }

  private @Nullable Double ours(CompressionResult run, Published.Row row, String metric) {
    EvaluateActivity.Result evaluation =
        switch (row.network()) {
          case "dense" -> run.dense();
          case "pruned" -> run.pruned();
          default -> run.finetuned();
        };
    return switch (metric) {
      case "FID" -> evaluation.frechetDistance();
      case "SSIM" -> evaluation.ssim();
      case "parameters" -> (double) evaluation.parameters();
      case "MACs" -> (double) evaluation.macs();
      case "steps" ->
          row.network().equals("finetuned") ? (double) run.plan().finetune().steps() : null;
      default ->
          evaluation
              .measure(metric.equals("IS") ? "inception-score" : metric)
              .map(Measure::value)
              .orElse(null);
    };
  }
}
