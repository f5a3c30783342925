package dev.espalier.compression;

import org.jspecify.annotations.Nullable;

/**
 * Something a person handed in that cannot be used: an unknown field, a ratio out of range, a
 * broken file. The message is one line that names the field or file and the legal values; it is
 * shown as it is, without a stack trace, and is never retried.
 */
public final class InvalidInput extends RuntimeException {
  private static final int LONGEST = 2000;

  public InvalidInput(String message) {
    super(line(message));
  }

  public InvalidInput(String message, Throwable cause) {
    super(line(message), cause);
  }

  /** What is quoted may hold anything: no line break or control character of it gets through. */
  private static String line(String message) {
    String line = message.replaceAll("\\s*\\R\\s*", " ").replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  /** Throws an {@code InvalidInput} with {@code message} unless {@code legal}. */
  public static void require(boolean legal, String message, @Nullable Object... arguments) {
    if (!legal) throw new InvalidInput(String.format(message, arguments));
  }
}
