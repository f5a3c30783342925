package dev.espalier.workers.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.Workbench;
import dev.espalier.activities.shelf.Bucket;
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

  private static final String REQUEST = "results.json";

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
    String folder = folder(request.run());
    try {
      String page = HtmlReport.render(new ReportReading(bench).read(request));
      put(folder + REQUEST, Json.pretty(request));
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
      Optional<Request> found = request(bench.shelf().store(), run);
      if (found.isEmpty()) log.warn("run {} has no results; the report leaves it out", run);
      found.ifPresent(request -> results.addAll(request.results()));
    }
    InvalidInput.require(!results.isEmpty(), "the shelf holds no results of %s", runs);
    return results;
  }

  /** What the report of {@code run} was made of, if it has one. */
  public static Optional<Request> request(Bucket store, String run) {
    String key = folder(run) + REQUEST;
    return store
        .get(key)
        .map(found -> Json.read(new String(found.bytes(), UTF_8), Request.class, key));
  }

  private static String folder(String run) {
    return "runs/" + run + "/";
  }

  private void put(String key, String text) {
    bench.shelf().store().put(key, text.getBytes(UTF_8));
  }
}
