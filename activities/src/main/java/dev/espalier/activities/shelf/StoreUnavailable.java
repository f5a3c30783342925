package dev.espalier.activities.shelf;

/** The object store did not answer for longer than we wait. Worth trying again later. */
public final class StoreUnavailable extends RuntimeException {
  public StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
