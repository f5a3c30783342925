package dev.espalier.workers.command;

import com.uber.m3.tally.NoopScope;
import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Table;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "status",
    description = {
      "List the runs there are.",
      "",
      "A running Temporal server is asked; runs it does not know are listed from the shelf.",
      "",
      "With --watch: a table of what is under way, drawn anew in place until Ctrl-C, or until the"
          + " runs that are named are over. Where nobody looks, a line whenever something changes.",
      ""
    })
final class StatusCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(paramLabel = "RUN", arity = "0..*", description = "Only these runs.")
  List<String> only = List.of();

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print the list as JSON.")
  boolean json;

  @Option(names = "--watch", description = "Go on telling how far they are.")
  boolean watch;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Between two looks of --watch (default: ${DEFAULT-VALUE}).")
  int interval = 2;

  StatusCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    for (String run : only) {
      InvalidInput.require(ObjectNames.isSegment(run), "'%s' is no run's id", run);
    }
    if (watch) return watch();
    List<RunLine> runs = chosen(runs());
    if (json) {
      program.terminal().print(Json.pretty(runs).stripTrailing());
    } else if (runs.isEmpty()) {
      program.terminal().print("no runs yet; `espalier demo` makes one");
    } else {
      program.terminal().print(table(runs));
    }
    return 0;
  }

  private int watch() throws InterruptedException {
    InvalidInput.require(
        !json, "--watch is for a person; leave it out and ask again as often as you want --json");
    InvalidInput.require(
        interval >= 1 && interval <= 3600, "--interval is %d; legal are 1 to 3600 s", interval);
    try (TemporalConnection server = ServedRun.server(program, connection);
        LiveRuns live = new LiveRuns(server.client(), Set.copyOf(only))) {
      for (String run : only) ServedRun.known(server.client(), run);
      LiveView view = new LiveView(program.terminal(), server.description());
      while (true) {
        try {
          List<LiveRow> rows = live.rows();
          view.show(rows);
          if (!only.isEmpty() && over(rows)) return 0;
        } catch (StatusRuntimeException e) {
          view.away(e.getStatus().getCode().toString());
        }
        TimeUnit.SECONDS.sleep(interval);
      }
    }
  }

  /** Whether all runs that were named are there and none is under way. */
  private boolean over(List<LiveRow> rows) {
    Set<String> there = rows.stream().map(LiveRow::run).collect(Collectors.toSet());
    return there.containsAll(only) && rows.stream().noneMatch(LiveRow::underWay);
  }

  private List<RunLine> chosen(List<RunLine> runs) {
    if (only.isEmpty()) return runs;
    Set<String> known = runs.stream().map(RunLine::run).collect(Collectors.toSet());
    for (String run : only) {
      InvalidInput.require(
          known.contains(run),
          "there is no run '%s'; `espalier status` without it lists the runs there are",
          run);
    }
    return runs.stream().filter(run -> only.contains(run.run())).toList();
  }

  private List<RunLine> runs() throws IOException {
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    Optional<TemporalConnection> server =
        TemporalConnection.running(settings, connection.temporal, new NoopScope());
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      List<RunLine> known = server.map(s -> RunLine.known(s.client())).orElse(List.of());
      List<RunLine> all = RunLine.with(known, store.store());
      List<String> newestLast = new ArrayList<>(all.stream().map(RunLine::run).toList());
      Collections.reverse(newestLast);
      SeenRuns.of(folder).note(newestLast);
      return all;
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
