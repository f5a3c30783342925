package dev.espalier.activities.shelf;

/**
 * A checkpoint was promised and none verifies. Training does not silently begin anew; a person
 * decides.
 */
public final class LostCheckpoint extends RuntimeException {
  public LostCheckpoint(String message) {
    super(message);
  }
}
