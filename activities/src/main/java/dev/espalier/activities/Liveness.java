package dev.espalier.activities;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A stage's signs of life. The stage calls {@link #beat} as often as it likes; one heartbeat per
 * interval is sent. In between a background thread repeats the latest one, so that a long native
 * call does not look like a death, but only until the stage itself has been silent for the longest
 * silence: then the server hears nothing more and gives the stage to another worker. What a
 * heartbeat throws, the stage's next {@code beat} throws.
 */
public final class Liveness implements AutoCloseable {
  private final Heartbeat heartbeat;
  private final long intervalNanos;
  private final long silenceNanos;
  private final LongSupplier clock;
  private final ScheduledExecutorService background;
  private @Nullable Object details;
  private @Nullable RuntimeException stop;
  private boolean ending;
  private long sentAt;
  private volatile long aliveAt;

  /**
   * Begins with a first heartbeat.
   *
   * @param details the first heartbeat's
   */
  public static Liveness open(
      Heartbeat heartbeat, Duration interval, Duration longestSilence, Object details) {
    Liveness liveness = new Liveness(heartbeat, interval, longestSilence, System::nanoTime);
    liveness.send(details);
    long every = interval.toNanos();
    liveness.background.scheduleWithFixedDelay(
        liveness::repeat, every, every, TimeUnit.NANOSECONDS);
    return liveness;
  }

  /** Without a background thread running and without a first heartbeat; {@code clock} in ns. */
  Liveness(Heartbeat heartbeat, Duration interval, Duration longestSilence, LongSupplier clock) {
    this.heartbeat = heartbeat;
    this.intervalNanos = interval.toNanos();
    this.silenceNanos = longestSilence.toNanos();
    this.clock = clock;
    this.sentAt = clock.getAsLong() - intervalNanos;
    this.aliveAt = clock.getAsLong();
    this.background =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "heartbeat");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The stage is alive and this far; throws what ends it. */
  public synchronized void beat(Object details) {
    this.details = details;
    beat();
  }

  /** The stage is alive, as far as before; throws what ends it. */
  public synchronized void beat() {
    aliveAt = clock.getAsLong();
    if (ending) return;
    if (stop != null) throw stop;
    if (details != null && aliveAt - sentAt >= intervalNanos) send(details);
  }

  /** Sends now, as after a checkpoint whose step must not be lost; throws what ends the stage. */
  public synchronized void send(Object details) {
    this.details = details;
    aliveAt = clock.getAsLong();
    if (stop != null) throw stop;
    sentAt = aliveAt;
    try {
      heartbeat.send(details);
    } catch (RuntimeException e) {
      stop = e;
      throw e;
    }
  }

  /**
   * The stage was told to stop and saves what it has: its beats throw no more, so that waiting for
   * the store does not end the saving. The background goes on, so that a server that cancels does
   * not take the saving for a death.
   */
  public synchronized void ending() {
    ending = true;
  }

  /** For how long the stage itself has given no sign of life; asked by any thread. */
  double silentSeconds() {
    return (clock.getAsLong() - aliveAt) * 1e-9;
  }

  /** What the background thread does once per interval. */
  synchronized void repeat() {
    long now = clock.getAsLong();
    if (stop != null && !ending || details == null || now - aliveAt > silenceNanos) return;
    if (now - sentAt < intervalNanos) return;
    sentAt = now;
    try {
      heartbeat.send(details);
    } catch (RuntimeException e) {
      stop = e;
    }
  }

  /** Ends the background heartbeats. */
  @Override
  public void close() {
    background.shutdownNow();
  }
}
