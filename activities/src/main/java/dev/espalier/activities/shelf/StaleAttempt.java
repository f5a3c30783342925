package dev.espalier.activities.shelf;

/** A newer attempt owns these checkpoints now; the one that gets this must stop, not try again. */
public final class StaleAttempt extends RuntimeException {
  public StaleAttempt(String message) {
    super(message);
  }
}
