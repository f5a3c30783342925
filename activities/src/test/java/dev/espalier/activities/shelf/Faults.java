package dev.espalier.activities.shelf;

import java.util.Random;

/** What goes wrong in one schedule, and how often; all drawn from its seed. */
final class Faults {
  /** What becomes of one call. */
  enum Fate {
    /** As it should be. */
    FINE,
    /** The attempt is killed before anything happens. */
    CRASH_BEFORE,
    /** It happens, and the attempt is killed. */
    CRASH_AFTER,
    /** The caller is told that there is no store, and nothing happens. */
    REFUSED,
    /** The caller is told that there is no store, and it happens some time later. */
    LATE,
    /** It happens, and the caller is told that there is no store. */
    LOST_ANSWER,
    /** It happens now, and once more some time later. */
    TWICE
  }

  private final Random random;
  private final double crash;
  private final double away;
  private final double twice;
  private final double torn;
  private final double rot;

  Faults(Random random) {
    this.random = random;
    crash = rate(0.03);
    away = rate(0.03);
    twice = rate(0.1);
    torn = rate(0.3);
    rot = random.nextInt(6) == 0 ? 0.01 : 0;
  }

  private double rate(double most) {
    return random.nextBoolean() ? 0 : random.nextDouble() * most;
  }

  Fate ofWrite() {
    if (hits(crash)) return random.nextBoolean() ? Fate.CRASH_BEFORE : Fate.CRASH_AFTER;
    if (hits(away)) {
      return new Fate[] {Fate.REFUSED, Fate.LATE, Fate.LOST_ANSWER}[random.nextInt(3)];
    }
    return hits(twice) ? Fate.TWICE : Fate.FINE;
  }

  Fate ofRead() {
    if (hits(crash)) return Fate.CRASH_BEFORE;
    return hits(away) ? Fate.REFUSED : Fate.FINE;
  }

  /** Whether a large unconditional put is acknowledged though it did not arrive whole. */
  boolean tears() {
    return hits(torn);
  }

  /** Whether the store now loses or alters something it held. */
  boolean rots() {
    return hits(rot);
  }

  private boolean hits(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }
}
