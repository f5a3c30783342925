package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "report",
    description = {"Render the report of a finished run anew and say where it is.", ""})
final class ReportCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(paramLabel = "RUN", description = "The run's id, as `espalier status` lists it.")
  String run = "";

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print the path as JSON.")
  boolean json;

  ReportCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    Reports.requireId(run);
    return Reports.open(
        program,
        connection,
        reports -> {
          Path file = reports.render(reports.request(run));
          program
              .terminal()
              .print(json ? Json.write(new Rendered(run, file.toString())) : "report: " + file);
          return 0;
        });
  }

  /** What is printed as JSON. */
  record Rendered(String run, String report) {}
}
