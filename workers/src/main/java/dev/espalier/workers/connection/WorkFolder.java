package dev.espalier.workers.connection;

import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of the local state. Its parts:
 *
 * <pre>
 * s3/           the object store, where none is given
 * temporal.db   the Temporal server's database, where this program starts one
 * temporal.log  its log
 * temporal.pid  its process, and which process is to end it
 * cache/        files brought from the store
 * reports/      copies of reports
 * runs.txt      ids of the runs seen last
 * espalier.log  warnings of this program, with stack traces
 * </pre>
 */
public record WorkFolder(Path path) {
  /**
   * Makes the folder if it is not there and checks that work can be kept in it.
   *
   * @param minFreeMegabytes free space (10<sup>6</sup> bytes) without which it is refused
   * @throws InvalidInput if it cannot be written or its disk is nearly full
   */
  static WorkFolder open(Path path, long minFreeMegabytes) {
    try {
      Files.createDirectories(path);
      Path probe = Files.createTempFile(path, "probe", null);
      Files.delete(probe);
      long free = Files.getFileStore(path).getUsableSpace() / 1_000_000;
      InvalidInput.require(
          free >= minFreeMegabytes,
          "work folder %s has %,d MB free, but %,d MB are needed; make room, give --work DIR on"
              + " another disk, or lower ESPALIER_MIN_FREE_MB",
          path,
          free,
          minFreeMegabytes);
    } catch (IOException e) {
      throw new InvalidInput(
          "work folder "
              + path
              + " cannot be written; give another with --work DIR or"
              + " ESPALIER_WORK ("
              + reason(e)
              + ")",
          e);
    }
    return new WorkFolder(path);
  }

  public Path store() {
    return path.resolve("s3");
  }

  public Path database() {
    return path.resolve("temporal.db");
  }

  Path serverNote() {
    return path.resolve("temporal.pid");
  }

  public Path serverLog() {
    return path.resolve("temporal.log");
  }

  public Path log() {
    return path.resolve("espalier.log");
  }

  public Path cache() {
    return path.resolve("cache");
  }

  public Path seenRuns() {
    return path.resolve("runs.txt");
  }

  /** Where a copy of a run's report is kept. */
  public Path report(String run) {
    return path.resolve("reports").resolve(ObjectNames.segment(run) + ".html");
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
  }
}
