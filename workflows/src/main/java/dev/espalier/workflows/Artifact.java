package dev.espalier.workflows;

import dev.espalier.compression.InvalidInput;

/**
 * Something on the shelf, by its prefix in the object store: {@code networks/fashion-ddpm} or
 * {@code stages/prune/<20 hex digits>}. Payloads carry these, never what lies under them.
 */
public record Artifact(String key) {
  /** One or more names with slashes between; no name starts with a dot. */
  static final String LEGAL = "[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*";

  public Artifact {
    InvalidInput.require(
        key != null && key.matches(LEGAL) && key.contains("/"),
        "artifact '%s' is no prefix such as networks/fashion-ddpm",
        key);
  }

  /** The base network called {@code name}, or the artifact itself if {@code name} is a prefix. */
  public static Artifact network(String name) {
    return new Artifact(name.contains("/") ? name : "networks/" + name);
  }
}
