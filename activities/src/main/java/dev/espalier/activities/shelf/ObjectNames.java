package dev.espalier.activities.shelf;

import dev.espalier.compression.InvalidInput;
import java.util.regex.Pattern;

/**
 * Which names are legal in the bucket, and in the folders that copies of its objects lie in: at
 * most {@value #LONGEST} characters of segments joined by '/'. A segment is 1 to 128 of the ASCII
 * letters, digits, '.', '_' and '-', and does not end in '.' (so it is neither '.' nor '..'). The
 * last of them may be the time that Temporal appends to the id of a scheduled run, such as {@code
 * -2026-11-22T02:00:00Z}, behind what is legal without it. Nothing else is: no ':' elsewhere, no
 * other letter that looks like one of these, no space, no control character, no backslash.
 */
public final class ObjectNames {
  private static final int LONGEST = 512;
  private static final String TIME = "-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z";
  private static final String UUID =
      "-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  /** With what a store may leave beside it. */
  private static final Pattern SEGMENT =
      Pattern.compile("(?=.{1,128}$)[a-zA-Z0-9._-]*[a-zA-Z0-9_-](" + TIME + "(" + UUID + ")?)?");

  /** S3Proxy writes {@code key-<uuid>} beside the key; after a crash that stays. */
  private static final Pattern LEFTOVER = Pattern.compile(".*" + UUID);

  private static final Pattern TIMED = Pattern.compile("(?<=.)" + TIME + "$");

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

  /** What the runs of one schedule share: {@code run} without the time behind it, if it has one. */
  public static String withoutTime(String run) {
    return TIMED.matcher(run).replaceFirst("");
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
        "artifact name '%s': legal are parts of a-z, A-Z, 0-9, '.', '_' and '-', not '..',"
            + " a ':' only in the time of a scheduled run",
        printable(name));
  }

  private static String printable(String name) {
    String shown = name.length() > 80 ? name.substring(0, 80) + "…" : name;
    return shown.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
  }
}
