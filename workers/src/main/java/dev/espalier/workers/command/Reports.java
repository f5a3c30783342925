package dev.espalier.workers.command;

import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reports, brought from the store to where a browser finds them. */
final class Reports {
  /** Beside a run's page: the {@code ReportActivity.Request} it was made of. */
  static final String REQUEST = "results.json";

  private Reports() {}

  /** Says where the report of {@code run} is, if there is one. */
  static void announce(Session session, Terminal terminal, String run, @Nullable String location)
      throws IOException {
    if (location == null) return;
    Optional<Path> file = fetch(session.store().store(), session.folder(), run, location);
    terminal.print(
        "report: " + file.map(Path::toString).orElse(location + " (in the object store)"));
  }

  /**
   * Copies a report into the work folder.
   *
   * @param location its key in the store
   */
  static Optional<Path> fetch(ObjectStore store, WorkFolder folder, String run, String location)
      throws IOException {
    Optional<ObjectStore.Content> page = store.get(location);
    if (page.isEmpty()) return Optional.empty();
    Path file = folder.report(run);
    Files.createDirectories(file.getParent());
    return Optional.of(Files.write(file, page.get().bytes()));
  }
}
