package dev.espalier.compression.reference;

import java.util.Comparator;
import java.util.List;

/**
 * How far a result lies from the reference, against what the case allows. For exact comparisons the
 * error is the number of differences and the tolerance 0.
 *
 * @param what the compared quantity
 */
public record Outcome(String what, double error, double tolerance) {
  /** Not so when the error is not a number. */
  public boolean passed() {
    return error <= tolerance;
  }

  /** The one furthest beyond its tolerance, or closest to it. */
  public static Outcome worst(List<Outcome> outcomes) {
    return outcomes.stream().max(Comparator.comparingDouble(Outcome::share)).orElseThrow();
  }

  private double share() {
    if (Double.isNaN(error)) return Double.POSITIVE_INFINITY;
    return tolerance == 0 ? (error == 0 ? 0 : Double.POSITIVE_INFINITY) : error / tolerance;
  }
}
