package dev.espalier.activities.shelf;

import java.time.Duration;

/** Hears of every try of an operation of an {@link ObjectStore}, on any thread. */
@FunctionalInterface
public interface StoreListener {
  /** How a try ended. */
  enum Outcome {
    /** Answered, also with an object that is not there or a condition that does not hold. */
    DONE,
    /** The store is away, slow or full; the operation is tried again or given up. */
    UNAVAILABLE,
    /** The store will not do it, as with wrong credentials, or its answer was of no use. */
    REFUSED
  }

  /**
   * @param operation {@code get}, {@code put}, {@code stat}, {@code list}, {@code delete} or {@code
   *     open}
   */
  void tried(String operation, Outcome outcome, Duration took);
}
