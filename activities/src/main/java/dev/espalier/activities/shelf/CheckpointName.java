package dev.espalier.activities.shelf;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a checkpoint's folder, {@code step-00001500-epoch-3}. No two attempts ever write into
 * the same one.
 *
 * @param epoch of the attempt that wrote it
 */
record CheckpointName(int step, long epoch) {
  private static final Pattern FOLDER =
      Pattern.compile("(?:.*/)?step-(\\d{8,9})-epoch-(\\d{1,18})(?:/.*)?");

  /** The folder that {@code path} is or lies in, if it is a checkpoint's. */
  static Optional<CheckpointName> of(String path) {
    Matcher folder = FOLDER.matcher(path);
    if (!folder.matches()) return Optional.empty();
    int step = Integer.parseInt(folder.group(1));
    return Optional.of(new CheckpointName(step, Long.parseLong(folder.group(2))));
  }

  @Override
  public String toString() {
    return String.format("step-%08d-epoch-%d", step, epoch);
  }
}
