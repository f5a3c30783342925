package dev.espalier.workers.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.Workbench;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.report.HtmlReport;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.ReportActivity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a report from what lies on the shelf, and beside it what it was made of, so that it can be
 * rendered anew: {@code runs/<run>/{report.html, results.json, plan.json}}.
 */
public final class ReportStage implements ReportActivity {
  private static final Logger log = LoggerFactory.getLogger(ReportStage.class);

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

  /** What the runs' own reports were made of; a run whose was collected meanwhile is left out. */
  private List<CompressionResult> results(List<String> runs) {
    List<CompressionResult> results = new ArrayList<>();
    for (String run : runs) {
      String key = "runs/" + run + "/results.json";
      Optional<String> found =
          bench.shelf().store().get(key).map(object -> new String(object.bytes(), UTF_8));
      if (found.isEmpty()) log.warn("{} is missing; the report leaves the run out", key);
      found.ifPresent(text -> results.addAll(Json.read(text, Request.class, key).results()));
    }
    InvalidInput.require(!results.isEmpty(), "the shelf holds no results of %s", runs);
    return results;
  }

  private void put(String key, String text) {
    bench.shelf().store().put(key, text.getBytes(UTF_8));
  }
}
