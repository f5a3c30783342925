package dev.espalier.activities;

import dev.espalier.compression.finetune.FinetuneConfig;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a training's checkpoints are due: so that after a crash at most {@code checkpointEvery}
 * steps are done again, though a checkpoint counts only some steps after it was begun. Each is
 * begun as many steps before the interval is over as the slowest one of this attempt took to be
 * committed, and one more; the first a fifth of the interval before. Where one is late all the
 * same, the loop waits for it. Intervals below {@link #SHORT} steps leave no room for that: there
 * checkpoints are due at the multiples, and what is trained during the commit is lost as well. One
 * is due, too, at every step that {@code keep.every} names, and {@code checkpointSeconds} after the
 * last one. One that is due stays due until it is begun.
 *
 * <p>The guard: the loop's waits for copies and late commits may come to {@link #LARGEST_SHARE} of
 * the training's time and {@link #GRACE_SECONDS} beyond it, in which the first copies of a process,
 * slower than all later ones, find room. Where copying costs more at the plan's interval, the
 * interval grows.
 */
final class CheckpointRhythm {
  /** Of the training's time, what the loop may wait for checkpoints in the long run. */
  static final double LARGEST_SHARE = 0.01;

  /** What it may wait beyond that. */
  static final double GRACE_SECONDS = 1;

  /** From so many steps on an interval has room for the commit. */
  static final int SHORT = 20;

  private final int every;
  private final int kept;
  private final double seconds;
  private final LongSupplier clock;
  private final long began;
  private int last;
  private int safe;
  private boolean underWay;
  private int longestCommit = -1;
  private long lastAt;
  private int taken;
  private double stalled;
  private double longestCopy;

  /**
   * @param clock in ns
   */
  CheckpointRhythm(FinetuneConfig config, LongSupplier clock) {
    this.every = config.checkpointEvery();
    this.kept = config.keep().every();
    this.seconds = config.checkpointSeconds();
    this.clock = clock;
    this.began = clock.getAsLong();
    this.lastAt = began;
  }

  /** Whether a checkpoint is due after {@code step}. */
  boolean due(int step) {
    if (step <= last) return false;
    boolean bySteps = every < SHORT ? step / every * every > last : step - last >= every - lead();
    return bySteps
        || (kept > 0 && step / kept * kept > last)
        || (seconds > 0 && (clock.getAsLong() - lastAt) * 1e-9 >= seconds);
  }

  /** Steps that a commit is given. */
  private int lead() {
    return longestCommit < 0 ? every / 5 : Math.min(every / 2, longestCommit + 1);
  }

  /** Whether one more step could be one too many to be done again. */
  boolean late(int step) {
    return every >= SHORT && step - safe >= every;
  }

  /** After {@code step} no checkpoint is under way: the last one counts. */
  void settled(int step) {
    if (!underWay) return;
    underWay = false;
    safe = last;
    longestCommit = Math.max(longestCommit, step - last);
  }

  /** Whether one more copy keeps the loop's waits in bounds. */
  boolean affordable() {
    return longestCopy <= left();
  }

  /**
   * For how long the loop may wait for a late commit at a time: a second, and so that the next copy
   * finds room, too.
   */
  Duration room() {
    return Duration.ofNanos(Math.round(Math.min(1, Math.max(0, left() - longestCopy)) * 1e9));
  }

  private double left() {
    double trained = (clock.getAsLong() - began) * 1e-9;
    return LARGEST_SHARE * trained + GRACE_SECONDS - stalled;
  }

  /** A checkpoint of {@code step} was begun, for whose copy the loop waited so long. */
  void took(int step, double copySeconds) {
    last = step;
    underWay = true;
    lastAt = clock.getAsLong();
    taken++;
    stalled += copySeconds;
    longestCopy = Math.max(longestCopy, copySeconds);
  }

  /** The loop waited so long for a late commit. */
  void waited(double waitSeconds) {
    stalled += waitSeconds;
  }

  /** The training goes on from {@code step}, which needs no checkpoint. */
  void from(int step) {
    last = step;
    safe = step;
    underWay = false;
    lastAt = clock.getAsLong();
  }

  /** Seconds the loop waited for copies and late commits. */
  double stallSeconds() {
    return stalled;
  }

  /** Checkpoints begun. */
  int taken() {
    return taken;
  }
}
