package dev.espalier.workers.command;

import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.process.Stages;
import dev.espalier.workflows.ReportActivity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    InvalidInput.require(ObjectNames.isSegment(run), "'%s' is no run's id", run);
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      ReportActivity.Request request = request(store.store());
      Stages.Resources resources =
          new Stages.Resources(
              settings, folder, store.store(), program.recipes(), new SimpleMeterRegistry());
      ReportActivity activity = program.assembly().assemble(resources).report();
      String location = activity.report(request).location();
      Path file = Reports.fetch(store.store(), folder, run, location).orElseThrow();
      program
          .terminal()
          .print(json ? Json.write(new Rendered(run, file.toString())) : "report: " + file);
    }
    return 0;
  }

  /** What the report was made of, as the stage leaves it beside the page. */
  private ReportActivity.Request request(ObjectStore store) {
    String key = "runs/" + run + "/" + Reports.REQUEST;
    ObjectStore.Content content =
        store
            .get(key)
            .orElseThrow(
                () ->
                    new InvalidInput(
                        "run '"
                            + run
                            + "' has no finished results on the shelf; `espalier"
                            + " status` lists the runs there are"));
    String text = new String(content.bytes(), StandardCharsets.UTF_8);
    return Json.read(text, ReportActivity.Request.class, key);
  }

  private record Rendered(String run, String report) {}
}
