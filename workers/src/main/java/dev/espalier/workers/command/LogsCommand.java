package dev.espalier.workers.command;

import com.uber.m3.tally.NoopScope;
import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "logs",
    description = {
      "Tell what happened to a run, line by line.",
      "",
      "Stages begun and ended, attempts lost and why, requests, losses: from the server's history,"
          + " the curves on the shelf, and what workers of this work folder have logged of it. A run"
          + " the server does not know is told from its results on the shelf.",
      "",
      "With --follow: goes on until the run is over; exit code 1 if it did not come to a result.",
      ""
    },
    footer = {"", "Example:", "  espalier logs demo-0123456789ab --follow"})
final class LogsCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(paramLabel = "RUN", description = "The run's id, as `espalier status` lists it.")
  String run = "";

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as long as the run does.")
  boolean follow;

  @Option(names = "--json", description = "Print each line as a JSON object.")
  boolean json;

  LogsCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    InvalidInput.require(ObjectNames.isSegment(run), "'%s' is no run's id", run);
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    Optional<TemporalConnection> server =
        TemporalConnection.running(settings, connection.temporal, new NoopScope());
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      RunShelf shelf =
          new RunShelf(new Shelf(store.store(), folder.cache(), Map.of()), store.store(), run);
      Optional<WorkflowClient> client =
          server.map(TemporalConnection::client).filter(c -> ServedRun.find(c, run).isPresent());
      if (client.isEmpty()) {
        fromShelf(shelf);
        return 0;
      }
      RunLog log = new RunLog(client.get(), run, shelf, new WorkerLog(folder.log()));
      return log.tell(follow, this::print) ? 0 : Failure.RUN;
    } finally {
      server.ifPresent(TemporalConnection::close);
    }
  }

  private void fromShelf(RunShelf shelf) {
    List<LogLine> lines =
        shelf
            .results()
            .orElseThrow(
                () ->
                    new InvalidInput(
                        "neither a server nor the shelf knows a run '"
                            + run
                            + "'; `espalier status` lists the runs there are"));
    lines.forEach(this::print);
  }

  private void print(LogLine line) {
    program.terminal().print(json ? Json.write(line) : line.toString());
  }
}
