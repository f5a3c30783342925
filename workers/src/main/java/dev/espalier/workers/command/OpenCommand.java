package dev.espalier.workers.command;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "open",
    description = {
      "Show the report of a finished run in the desktop's browser.",
      "",
      "Without a desktop its address is printed, to be opened elsewhere. BROWSER names another"
          + " program to open it with.",
      ""
    })
final class OpenCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "RUN",
      arity = "0..1",
      description = "The run's id (default: the one whose report was written last).")
  @Nullable String run;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print what was opened as JSON.")
  boolean json;

  OpenCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    if (run != null) Reports.requireId(run);
    return Reports.open(program, connection, this::open);
  }

  private int open(Reports reports) throws IOException {
    String shown = run != null ? run : reports.latest().orElseThrow(OpenCommand::none);
    Path file = reports.fetch(shown);
    boolean opened = new Desktop(reports.settings()).show(file.toUri());
    if (json) {
      program.terminal().print(Json.write(new Opened(shown, file.toString(), opened)));
      return 0;
    }
    program.terminal().print("report: " + file);
    if (!opened) {
      program.terminal().say("there is no desktop to open it on; its address is " + file.toUri());
    }
    return 0;
  }

  private static InvalidInput none() {
    return new InvalidInput("there are no reports yet; `espalier demo` makes one");
  }

  private record Opened(String run, String report, boolean opened) {}
}
