package dev.espalier.workers.command;

import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Table;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "status",
    description = {
      "List the runs there are.",
      "",
      "A running Temporal server is asked; runs it does not know are listed from the shelf.",
      ""
    })
final class StatusCommand implements Callable<Integer> {
  private final Program program;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print the list as JSON.")
  boolean json;

  StatusCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    List<RunLine> runs = runs();
    if (json) {
      program.terminal().print(Json.pretty(runs).stripTrailing());
    } else if (runs.isEmpty()) {
      program.terminal().print("no runs yet; `espalier demo` makes one");
    } else {
      program.terminal().print(table(runs));
    }
    return 0;
  }

  private List<RunLine> runs() throws IOException {
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    Optional<TemporalConnection> server =
        TemporalConnection.running(settings, connection.temporal, new NoopScope());
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      List<RunLine> known = server.map(s -> RunLine.known(s.client())).orElse(List.of());
      return RunLine.with(known, store.store());
    } finally {
      server.ifPresent(TemporalConnection::close);
    }
  }

  private static String table(List<RunLine> runs) {
    Table table = new Table("run", "kind", "state", "stage", "started", "ended", "report");
    for (RunLine run : runs) {
      table.row(
          run.run(),
          Objects.requireNonNullElse(run.kind(), ""),
          run.state(),
          Objects.requireNonNullElse(run.stage(), ""),
          Objects.requireNonNullElse(run.started(), ""),
          Objects.requireNonNullElse(run.ended(), ""),
          run.report() ? "yes" : "");
    }
    return table.toString();
  }
}
