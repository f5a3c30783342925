package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.ReportActivity;
import dev.espalier.workflows.RunIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compare",
    description = {
      "Make one report of any set of finished runs and say where it is.",
      "",
      "A sweep stands for all its arms. The report is kept beside those of the runs, under an id of"
          + " its own, the same for the same runs.",
      ""
    })
final class CompareCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "RUN",
      arity = "1..*",
      description = "Ids of runs and of sweeps, as `espalier status` lists them.")
  List<String> runs = List.of();

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print the report's id and path as JSON.")
  boolean json;

  CompareCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    runs.forEach(Reports::requireId);
    return Reports.open(
        program,
        connection,
        reports -> {
          ReportActivity.Request all =
              together(runs.stream().distinct().map(reports::request).toList());
          Path file = reports.render(all);
          program
              .terminal()
              .print(
                  json
                      ? Json.write(new ReportCommand.Rendered(all.run(), file.toString()))
                      : "report: " + file);
          return 0;
        });
  }

  /** Every run once, though several of {@code requests} may hold it. */
  private static ReportActivity.Request together(List<ReportActivity.Request> requests) {
    Map<String, CompressionResult> results = new LinkedHashMap<>();
    Map<String, String> labels = new LinkedHashMap<>();
    for (ReportActivity.Request request : requests) {
      request.results().forEach(r -> results.putIfAbsent(r.run(), r));
      request.labels().forEach(labels::putIfAbsent);
    }
    return new ReportActivity.Request(
        RunIds.comparison(results.keySet()),
        List.copyOf(results.values()),
        labels,
        null,
        List.of());
  }
}
