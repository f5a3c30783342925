package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import java.util.regex.Pattern;

/** Which names are legal in the bucket. */
final class ObjectNames {
  private static final int LONGEST = 512;
  private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9._-]{1,128}");

  /** S3Proxy writes {@code key-<uuid>} beside the key; after a crash that stays. */
  private static final Pattern LEFTOVER =
      Pattern.compile(".*-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private ObjectNames() {}

  /**
   * Returns {@code name} if it is segments of letters, digits, '.', '_' and '-' joined by '/'.
   *
   * @throws InvalidInput if it could leave its prefix or be mistaken for something else
   */
  static String path(String name) {
    for (String segment : name.split("/", -1)) segment(segment, name);
    InvalidInput.require(
        name.length() <= LONGEST, "artifact name of %d characters: at most 512", name.length());
    return name;
  }

  /** As {@link #path}, of one segment. */
  static String segment(String name) {
    return segment(name, name);
  }

  /** Whether a listing's {@code name} is one that this program could have written. */
  static boolean legal(String name) {
    try {
      path(name);
      return true;
    } catch (InvalidInput e) {
      return false;
    }
  }

  private static String segment(String segment, String whole) {
    InvalidInput.require(
        SEGMENT.matcher(segment).matches()
            && !segment.matches("\\.+")
            && !LEFTOVER.matcher(segment).matches(),
        "artifact name '%s': legal are parts of a-z, A-Z, 0-9, '.', '_' and '-', not '..'",
        printable(whole));
    return segment;
  }

  private static String printable(String name) {
    String shown = name.length() > 80 ? name.substring(0, 80) + "…" : name;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
