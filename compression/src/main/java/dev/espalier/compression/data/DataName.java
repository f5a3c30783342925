package dev.espalier.compression.data;

/**
 * A data set's name in a plan.
 *
 * @param kind a row of the table of {@link Datasets}, or {@code folder} or {@code npz}
 * @param path after the colon, where the kind takes one; else empty
 * @param skipBroken whether the name ends in {@value #SKIP_BROKEN}
 */
record DataName(String kind, String path, boolean skipBroken) {
  /** At the end of a name: files that cannot be used are left out, counted and reported. */
  static final String SKIP_BROKEN = "?skip-broken";

  static DataName parse(String name) {
    boolean skip = name.endsWith(SKIP_BROKEN);
    String rest = skip ? name.substring(0, name.length() - SKIP_BROKEN.length()) : name;
    int colon = rest.indexOf(':');
    return colon < 0
        ? new DataName(rest, "", skip)
        : new DataName(rest.substring(0, colon), rest.substring(colon + 1), skip);
  }

  /** The kind, with {@code :PATH} if it was given a path. */
  boolean hasPath() {
    return !path.isEmpty();
  }

  @Override
  public String toString() {
    return kind + (hasPath() ? ":" + path : "") + (skipBroken ? SKIP_BROKEN : "");
  }
}
