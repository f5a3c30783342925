package dev.espalier.workers.command;

import dev.espalier.workers.connection.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Ids of the runs that were seen last, one a line, the latest at the end: for shell completion. */
record SeenRuns(Path file) {
  private static final int MOST = 200;

  static SeenRuns of(WorkFolder folder) {
    return new SeenRuns(folder.seenRuns());
  }

  /** Notes them. A folder that cannot be written is no reason to end: only completion wants it. */
  void note(List<String> runs) {
    try {
      Set<String> all =
          new LinkedHashSet<>(Files.isRegularFile(file) ? Files.readAllLines(file) : List.of());
      all.removeAll(runs);
      all.addAll(runs);
      List<String> kept = new ArrayList<>(all);
      Path partial = Files.createTempFile(file.getParent(), "runs", null);
      Files.write(partial, kept.subList(Math.max(0, kept.size() - MOST), kept.size()));
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      return;
    }
  }
}
