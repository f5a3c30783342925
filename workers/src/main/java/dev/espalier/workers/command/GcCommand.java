package dev.espalier.workers.command;

import com.uber.m3.tally.NoopScope;
import dev.espalier.activities.shelf.Garbage;
import dev.espalier.activities.shelf.GarbageCollection;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "gc",
    description = {
      "Delete from the object store what nobody needs any more.",
      "",
      "Needed are base networks, what finished runs name and runs that are not over use, what those"
          + " were made from, and of each training the newest checkpoint that verifies. Runs that"
          + " a Temporal server has open are not over, however long they are paused; without a"
          + " server a run is over when it has written nothing for the grace.",
      ""
    })
final class GcCommand implements Callable<Integer> {
  private static final Pattern AGE = Pattern.compile("([0-9]{1,6})([dhm])");

  private final Program program;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--dry-run", description = "Only print what would be deleted.")
  boolean dryRun;

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      description =
          "The grace: nothing younger is touched. Such as 7d (default), 36h, 90m; at least 1h. By"
              + " the store's clock.")
  @Nullable String olderThan;

  @Option(names = "--json", description = "Print the list as JSON.")
  boolean json;

  GcCommand(Program program) {
    this.program = program;
  }

  /**
   * What was found.
   *
   * @param deleted whether it is gone now
   */
  private record Collected(boolean deleted, long bytes, List<Garbage> garbage) {}

  @Override
  public Integer call() throws IOException {
    Duration grace = olderThan == null ? GarbageCollection.GRACE : age(olderThan);
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      Shelf shelf = new Shelf(store.store(), folder.cache(), Map.of());
      GarbageCollection collection = new GarbageCollection(shelf, grace, openRuns(settings));
      List<Garbage> garbage = collection.find();
      if (!dryRun) {
        List<Garbage> deleted = new ArrayList<>();
        collection.delete(garbage, deleted::add);
        garbage = deleted;
      }
      print(garbage);
    }
    return 0;
  }

  private List<String> openRuns(Settings settings) {
    Optional<TemporalConnection> server =
        TemporalConnection.running(settings, connection.temporal, new NoopScope());
    try {
      return server.map(s -> RunLine.known(s.client())).orElse(List.of()).stream()
          .filter(run -> run.state().equals("running") || run.state().equals("paused"))
          .map(RunLine::run)
          .toList();
    } finally {
      server.ifPresent(TemporalConnection::close);
    }
  }

  private void print(List<Garbage> garbage) {
    long bytes = garbage.stream().mapToLong(Garbage::bytes).sum();
    if (json) {
      program.terminal().print(Json.pretty(new Collected(!dryRun, bytes, garbage)).stripTrailing());
      return;
    }
    if (garbage.isEmpty()) {
      program.terminal().print("nothing to delete");
      return;
    }
    Table table = new Table("what", "why", "objects", "bytes");
    for (Garbage one : garbage) {
      table.row(one.what(), one.why(), number(one.objects().size()), number(one.bytes()));
    }
    program.terminal().print(table.toString());
    program.terminal().print((dryRun ? "would free " : "freed ") + number(bytes) + " bytes");
  }

  private static Duration age(String text) {
    Matcher age = AGE.matcher(text);
    InvalidInput.require(
        age.matches(), "--older-than: '%s'; legal are such as 7d, 36h and 90m", text);
    long count = Long.parseLong(age.group(1));
    return switch (age.group(2)) {
      case "d" -> Duration.ofDays(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofMinutes(count);
    };
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
