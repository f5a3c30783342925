package dev.espalier.activities;

import dev.espalier.workflows.Progress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * When a stage tells its run how far it is. Each note costs the run's history some events, so there
 * are at most twenty of a stage that is not interrupted, and none of one that takes seconds.
 */
final class ProgressNotes {
  /** Heartbeats between two notes at least: half a minute of the usual ones. */
  private static final int BEATS = 15;

  /** Between two notes at least, as a share of the stage. */
  private static final double SHARE = 0.05;

  private final long leastNanos;
  private final LongSupplier clock;
  private boolean begun;
  private long first;
  private long beganAt;
  private long told;
  private long toldAt;

  /**
   * @param beat between two heartbeats
   * @param clock in ns
   */
  ProgressNotes(Duration beat, LongSupplier clock) {
    this.leastNanos = BEATS * beat.toNanos();
    this.clock = clock;
  }

  /** What is to be told now; mostly nothing. */
  Optional<Progress> due(StageProgress now) {
    if (now.steps() <= 0 || now.step() >= now.steps()) return Optional.empty();
    long time = clock.getAsLong();
    if (!begun) {
      begun = true;
      first = told = now.step();
      beganAt = toldAt = time;
    }
    boolean far = now.step() - told >= Math.max(1, SHARE * now.steps());
    if (!far || time - toldAt < leastNanos) return Optional.empty();
    told = now.step();
    toldAt = time;
    double pace = (time - beganAt) / 1e9 / (now.step() - first);
    return Optional.of(
        new Progress(
            now.stage(), now.step(), now.steps(), now.loss(), pace * (now.steps() - now.step())));
  }
}
