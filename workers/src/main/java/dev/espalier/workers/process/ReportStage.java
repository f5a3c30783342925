package dev.espalier.workers.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.Workbench;
import dev.espalier.compression.Json;
import dev.espalier.workers.report.HtmlReport;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.ReportActivity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Writes a report from what lies on the shelf, and beside it what it was made of, so that it can be
 * rendered anew: {@code runs/<run>/{report.html, results.json, plan.json}}.
 */
public final class ReportStage implements ReportActivity {
  private final Workbench bench;

  public ReportStage(Workbench bench) {
    this.bench = bench;
  }

  @Override
  public Result report(Request request) {
    return bench.attend("report", () -> written(request));
  }

  private Result written(Request asked) {
    Request request = asked.runs().isEmpty() ? asked : asked.with(results(asked.runs()));
    String folder = "runs/" + request.run() + "/";
    try {
      String page = HtmlReport.render(new ReportReading(bench).read(request));
      put(folder + "results.json", Json.pretty(request));
      put(folder + "plan.json", Json.pretty(request.results().get(0).plan()));
      put(folder + "report.html", page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Result(folder + "report.html");
  }

  private List<CompressionResult> results(List<String> runs) {
    return runs.stream().map(this::results).flatMap(found -> found.results().stream()).toList();
  }

  /** What a run's own report was made of. */
  private Request results(String run) {
    String key = "runs/" + run + "/results.json";
    byte[] found =
        bench
            .shelf()
            .store()
            .get(key)
            .orElseThrow(() -> new IllegalStateException(key + " is missing"))
            .bytes();
    return Json.read(new String(found, UTF_8), Request.class, key);
  }

  private void put(String key, String text) {
    bench.shelf().store().put(key, text.getBytes(UTF_8));
  }
}
