package dev.espalier.activities.shelf;

/**
 * A newer attempt owns these checkpoints now; the one that gets this must stop. If it is of the
 * same activity, the server no longer hears this one; if it is of another, this activity's next
 * attempt waits for it ({@link HeldByAnother}).
 */
public final class StaleAttempt extends RuntimeException {
  public StaleAttempt(String message) {
    super(message);
  }
}
