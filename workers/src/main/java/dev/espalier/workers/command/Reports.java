package dev.espalier.workers.command;

import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Terminal;
import dev.espalier.workers.process.ReportStage;
import dev.espalier.workers.process.Stages;
import dev.espalier.workflows.ReportActivity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reports of a store: read, rendered anew, and brought to where a browser finds them.
 *
 * @param program what the command was given
 * @param folder local state, with copies of reports
 * @param store where runs lie
 */
record Reports(Program program, Settings settings, WorkFolder folder, ObjectStore store) {
  private static final String RUNS = "runs";
  private static final String PAGE = "report.html";

  /** What is done with them while the store is open. */
  interface Work {
    int on(Reports reports) throws IOException;
  }

  /** Opens the store that {@code connection} and the variables name, for {@code work}. */
  static int open(Program program, ConnectionOptions connection, Work work) throws IOException {
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      return work.on(new Reports(program, settings, folder, store.store()));
    }
  }

  /**
   * @throws InvalidInput if {@code run} is no legal id
   */
  static void requireId(String run) {
    InvalidInput.require(ObjectNames.isSegment(run), "'%s' is no run's id", run);
  }

  /** Says where the report of {@code run} is, if there is one. */
  static void announce(Session session, Terminal terminal, String run, @Nullable String location)
      throws IOException {
    if (location == null) return;
    Optional<Path> file = fetch(session.store().store(), session.folder(), run, location);
    terminal.print(
        "report: " + file.map(Path::toString).orElse(location + " (in the object store)"));
  }

  /**
   * What the report of {@code run} was made of, as the stage leaves it beside the page.
   *
   * @throws InvalidInput if the run has no finished results
   */
  ReportActivity.Request request(String run) {
    return ReportStage.request(store, run).orElseThrow(() -> unfinished(run));
  }

  /** Renders a report, keeps it in the store, and returns the local copy. */
  Path render(ReportActivity.Request request) throws IOException {
    Stages.Resources resources =
        new Stages.Resources(settings, folder, store, program.recipes(), new SimpleMeterRegistry());
    ReportActivity activity = program.assembly().assemble(resources).report();
    String location = activity.report(request).location();
    return fetch(store, folder, request.run(), location).orElseThrow();
  }

  /**
   * A local copy of the report of {@code run} as it was last rendered.
   *
   * @throws InvalidInput if there is none
   */
  Path fetch(String run) throws IOException {
    return fetch(store, folder, run, RUNS + "/" + run + "/" + PAGE)
        .orElseThrow(() -> unfinished(run));
  }

  /** The run whose report was written last, if there is one. */
  Optional<String> latest() {
    return store.list(RUNS).stream()
        .filter(object -> object.key().endsWith("/" + PAGE))
        .max(Comparator.comparing(ObjectStore.Stat::modified))
        .map(object -> object.key().split("/")[1]);
  }

  private static InvalidInput unfinished(String run) {
    return new InvalidInput(
        "run '"
            + run
            + "' has no finished results on the shelf; `espalier status` lists the runs there are");
  }

  private static Optional<Path> fetch(
      ObjectStore store, WorkFolder folder, String run, String location) throws IOException {
    Optional<ObjectStore.Content> page = store.get(location);
    if (page.isEmpty()) return Optional.empty();
    Path file = folder.report(run);
    Files.createDirectories(file.getParent());
    return Optional.of(Files.write(file, page.get().bytes()));
  }
}
