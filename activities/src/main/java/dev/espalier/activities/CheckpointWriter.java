package dev.espalier.activities;

import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.tensor.Safetensors;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints beside a training, on one thread and never more than one at a time, so that at
 * most one copy of the state is held. Serialising, hashing, upload, commit and reading back happen
 * there. All methods are called by the training's own thread.
 */
public final class CheckpointWriter implements AutoCloseable {
  /** Part that holds the state. */
  static final String STATE = "state.safetensors";

  private final Checkpoints checkpoints;
  private final Committed heard;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "checkpoint");
            made.setDaemon(true);
            return made;
          });
  private @Nullable Future<?> inFlight;

  /**
   * A state to be committed.
   *
   * @param curve of the training up to the state's step; not changed any more
   * @param numbers for the checkpoint's manifest
   */
  public record Snapshot(TrainingState state, CurveLog curve, Object numbers) {}

  /** Hears of commits, on the writer's thread. */
  public interface Committed {
    /**
     * A checkpoint counts from now on.
     *
     * @param took from its first part to its commit
     */
    void committed(int step, long bytes, Duration took);

    /** A checkpoint could not be committed. */
    void failed();
  }

  /**
   * @param checkpoints on a shelf whose waits may be on another thread than the training's
   */
  public CheckpointWriter(Checkpoints checkpoints, Committed heard) {
    this.checkpoints = checkpoints;
    this.heard = heard;
  }

  /** Whether one is in flight: the next one cannot begin. */
  public boolean busy() {
    return inFlight != null && !inFlight.isDone();
  }

  /**
   * Begins a commit.
   *
   * @throws IllegalStateException if one is in flight
   */
  public void begin(Snapshot snapshot) {
    if (busy()) throw new IllegalStateException("a checkpoint is in flight");
    check();
    inFlight = thread.submit(() -> commit(snapshot));
  }

  /** Throws what the latest commit failed with, once. */
  public void check() {
    if (inFlight == null || !inFlight.isDone()) return;
    Future<?> done = inFlight;
    inFlight = null;
    try {
      done.get();
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("a finished commit does not wait", e);
    }
  }

  /** Waits until none is in flight, but at most so long. */
  public void await(Duration most) {
    if (inFlight == null) return;
    try {
      inFlight.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Told by busy and by check.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until none is in flight, also where the thread is interrupted: what is being committed is
   * what an interrupted training leaves. Throws what the commit failed with.
   *
   * @param beat called about once a second; what it throws ends the wait
   */
  public void await(Runnable beat) {
    boolean interrupted = false;
    try {
      while (inFlight != null && !inFlight.isDone()) {
        try {
          inFlight.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          beat.run();
        } catch (ExecutionException e) {
          // Told by check.
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
    check();
  }

  private void commit(Snapshot snapshot) {
    long began = System.nanoTime();
    TrainingState state = snapshot.state();
    Safetensors.Content content = state.toContent();
    StoredArtifact stored;
    try {
      stored =
          checkpoints
              .stage(state.step())
              .add(STATE, content.tensors(), content.metadata())
              .add(CurveLog.PART, snapshot.curve().bytes())
              .numbers(snapshot.numbers())
              .commit();
    } catch (RuntimeException | Error e) {
      heard.failed();
      throw e;
    }
    heard.committed(
        state.step(), stored.manifest().size(), Duration.ofNanos(System.nanoTime() - began));
  }

  private static RuntimeException unwrapped(ExecutionException e) {
    if (e.getCause() instanceof Error error) throw error;
    return e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
  }

  /** Waits for the one in flight, whatever comes of it, and ends the thread. */
  @Override
  public void close() {
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
