package dev.espalier.workflows;

import dev.espalier.compression.InvalidInput;

/**
 * Something on the shelf, by its prefix in the object store: {@code networks/fashion-ddpm} or
 * {@code stages/prune/<20 hex digits>}. Payloads carry these, never what lies under them.
 */
public record Artifact(String key) {
  public Artifact {
    InvalidInput.require(
        key != null && key.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+"),
        "artifact '%s' is no prefix such as networks/fashion-ddpm",
        key);
  }

  /** The base network called {@code name}, or the artifact itself if {@code name} is a prefix. */
  public static Artifact network(String name) {
    return new Artifact(name.contains("/") ? name : "networks/" + name);
  }
}
