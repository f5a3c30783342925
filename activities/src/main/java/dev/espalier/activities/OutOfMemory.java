package dev.espalier.activities;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stage had too little memory: the Java heap, the host's, or the GPU's. The message says which
 * and what to change. As memory may have been short for a passing reason, the stage is tried again;
 * after {@value #ATTEMPTS} attempts that ended so it fails. A training keeps its last checkpoint.
 */
public final class OutOfMemory extends RuntimeException {
  /** So many attempts may end so. */
  static final int ATTEMPTS = 2;

  private static final long serialVersionUID = 1;
  private static final int LONGEST = 160;
  private static final String LESS = "lower finetune.batch or evaluate.batch";

  private final boolean last;

  private OutOfMemory(String message, Throwable cause, boolean last) {
    super(message, cause);
    this.last = last;
  }

  /** Whether the stage is not to be tried again. */
  boolean last() {
    return last;
  }

  /**
   * What {@code failure} says of memory, if it does.
   *
   * @param attempts that ended so, this one included
   */
  static Optional<OutOfMemory> of(Throwable failure, int attempts) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String line = line(e);
      if (line == null) continue;
      boolean last = attempts >= ATTEMPTS;
      String message =
          String.format(
              "%s (%s); attempt %d of %d that ended so, the last checkpoint is kept",
              where(e, line), line, attempts, ATTEMPTS);
      return Optional.of(new OutOfMemory(message, failure, last));
    }
    return Optional.empty();
  }

  private static String where(Throwable e, String line) {
    String text = line.toLowerCase(Locale.ROOT);
    if (text.contains("cuda") || text.contains("cublas") || text.contains("cudnn")) {
      return "out of GPU memory: " + LESS + ", or free the device of other work";
    }
    if (e instanceof OutOfMemoryError && (text.contains("heap") || text.contains("gc "))) {
      return "out of Java heap: raise it (ESPALIER_JAVA_OPTS=-Xmx…), or " + LESS;
    }
    return "out of host memory: " + LESS + ", or give the process more memory";
  }

  /** The line of the failure's message that tells of memory, if there is one. */
  private static @Nullable String line(Throwable e) {
    if (e instanceof OutOfMemoryError) return String.valueOf(e.getMessage());
    // Those of PyTorch reach Java as EngineException, told apart by their text alone.
    if (!e.getClass().getName().startsWith("ai.djl.")) return null;
    for (String line : String.valueOf(e.getMessage()).split("\\R")) {
      String text = line.toLowerCase(Locale.ROOT);
      if (text.contains("out of memory")
          || text.contains("can't allocate memory")
          || text.contains("not enough memory")
          || text.contains("_alloc_failed")
          || text.contains("std::bad_alloc")) {
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line.strip();
      }
    }
    return null;
  }
}
