package dev.espalier.activities;

import dev.espalier.compression.finetune.FinetuneConfig;
import java.util.function.LongSupplier;

/**
 * When a training's checkpoints are due: at every multiple of {@code checkpointEvery}, and where
 * the plan says so after {@code checkpointSeconds} without one. One that is due stays due until it
 * is begun. The guard: the loop's waits for copies may come to {@link #LARGEST_SHARE} of the
 * training's time and {@link #GRACE_SECONDS} beyond it, in which the first copies of a process,
 * slower than all later ones, find room. Where copying costs more at the plan's interval, the
 * interval grows.
 */
final class CheckpointRhythm {
  /** Of the training's time, what the loop may wait for checkpoints in the long run. */
  static final double LARGEST_SHARE = 0.01;

  /** What it may wait beyond that. */
  static final double GRACE_SECONDS = 1;

  private final int every;
  private final double seconds;
  private final LongSupplier clock;
  private final long began;
  private int last;
  private long lastAt;
  private int taken;
  private double stalled;
  private double longestCopy;

  /**
   * @param clock in ns
   */
  CheckpointRhythm(FinetuneConfig config, LongSupplier clock) {
    this.every = config.checkpointEvery();
    this.seconds = config.checkpointSeconds();
    this.clock = clock;
    this.began = clock.getAsLong();
    this.lastAt = began;
  }

  /** Whether a checkpoint is due after {@code step}. */
  boolean due(int step) {
    if (step <= last) return false;
    return step / every * every > last
        || seconds > 0 && (clock.getAsLong() - lastAt) * 1e-9 >= seconds;
  }

  /** Whether one more copy keeps the loop's waits in bounds. */
  boolean affordable() {
    double trained = (clock.getAsLong() - began) * 1e-9;
    return stalled + longestCopy <= LARGEST_SHARE * trained + GRACE_SECONDS;
  }

  /** A checkpoint of {@code step} was begun, for whose copy the loop waited so long. */
  void took(int step, double copySeconds) {
    last = step;
    lastAt = clock.getAsLong();
    taken++;
    stalled += copySeconds;
    longestCopy = Math.max(longestCopy, copySeconds);
  }

  /** The training goes on from {@code step}, which needs no checkpoint. */
  void from(int step) {
    last = step;
    lastAt = clock.getAsLong();
  }

  /** Seconds the loop waited for copies. */
  double stallSeconds() {
    return stalled;
  }

  /** Checkpoints begun. */
  int taken() {
    return taken;
  }
}
