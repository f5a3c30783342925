package dev.espalier.workers.command;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workflows.InvalidInputFailure;
import dev.espalier.workflows.StageFailure;
import java.util.Optional;

/**
 * Why a command ended early, in one line.
 *
 * @param exitCode {@value #INPUT} if what was asked for cannot be done, else {@value #RUN}
 */
public record Failure(String line, int exitCode) {
  /** Exit code of work that failed. */
  public static final int RUN = 1;

  /** Exit code of input that cannot be used. */
  public static final int INPUT = 2;

  public static Failure of(Throwable thrown) {
    Optional<String> invalid = InvalidInputFailure.line(thrown);
    if (invalid.isPresent()) return new Failure(invalid.get(), INPUT);
    if (thrown instanceof InvalidInput) {
      return new Failure(one(String.valueOf(thrown.getMessage())), INPUT);
    }
    return new Failure(reason(thrown) + " (--verbose tells more)", RUN);
  }

  /** What began it, in one line. */
  static String reason(Throwable thrown) {
    return one(StageFailure.reason(thrown));
  }

  private static String one(String message) {
    return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
