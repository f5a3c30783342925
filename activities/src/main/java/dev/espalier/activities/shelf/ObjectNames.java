package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import java.util.regex.Pattern;

/**
 * Which names are legal in the bucket, and in the folders that copies of its objects lie in: at
 * most {@value #LONGEST} characters of segments joined by '/'. A segment is 1 to 128 of the ASCII
 * letters, digits, '.', '_' and '-', and does not end in '.' (so it is neither '.' nor '..').
 * Nothing else is: no other letter that looks like one of these, no space, no control character, no
 * backslash.
 */
public final class ObjectNames {
  private static final int LONGEST = 512;
  private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9._-]{0,127}[a-zA-Z0-9_-]");

  /** S3Proxy writes {@code key-<uuid>} beside the key; after a crash that stays. */
  private static final Pattern LEFTOVER =
      Pattern.compile(".*-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private ObjectNames() {}

  /**
   * Returns {@code name} if it is legal, and no name of the store's own.
   *
   * @throws InvalidInput if it could leave its prefix or be mistaken for something else
   */
  public static String path(String name) {
    for (String segment : listed(name).split("/", -1)) {
      require(!LEFTOVER.matcher(segment).matches(), name);
    }
    return name;
  }

  /** As {@link #path}, of one segment. */
  public static String segment(String name) {
    require(!name.contains("/"), name);
    return path(name);
  }

  /** Whether {@code name} is what {@link #segment} takes. */
  public static boolean isSegment(String name) {
    return !name.contains("/") && legal(name);
  }

  /** Whether {@code name} is what {@link #path} takes: one that this program could have written. */
  public static boolean legal(String name) {
    try {
      path(name);
      return true;
    } catch (InvalidInput e) {
      return false;
    }
  }

  /** As {@link #path}, but what a store leaves behind is legal, too: it may be deleted. */
  static String listed(String name) {
    InvalidInput.require(
        name.length() <= LONGEST,
        "artifact name of %d characters: at most %d",
        name.length(),
        LONGEST);
    for (String segment : name.split("/", -1)) require(SEGMENT.matcher(segment).matches(), name);
    return name;
  }

  private static void require(boolean legal, String name) {
    InvalidInput.require(
        legal,
        "artifact name '%s': legal are parts of a-z, A-Z, 0-9, '.', '_' and '-', not '..'",
        printable(name));
  }

  private static String printable(String name) {
    String shown = name.length() > 80 ? name.substring(0, 80) + "…" : name;
    return shown.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
  }
}
