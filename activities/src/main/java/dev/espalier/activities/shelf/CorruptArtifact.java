package dev.espalier.activities.shelf;

/**
 * An artifact, or one of its parts, is not what its manifest says: torn, altered, missing, or put
 * where it does not belong. The message names the artifact and the part.
 */
public final class CorruptArtifact extends RuntimeException {
  private final String artifact;
  private final String part;

  public CorruptArtifact(String artifact, String part, String reason) {
    super(artifact + ": " + part + ": " + reason);
    this.artifact = artifact;
    this.part = part;
  }

  /** Prefix of the artifact. */
  public String artifact() {
    return artifact;
  }

  /** Name of the part, or of the manifest. */
  public String part() {
    return part;
  }
}
