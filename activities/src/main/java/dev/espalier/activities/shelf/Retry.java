package dev.espalier.activities.shelf;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs store operations beside the calling thread, which meanwhile gives signs of life, and tries
 * again with growing pauses while the store is away or full.
 *
 * @param patience how long that may last
 * @param store what it is, for messages
 * @param beat called about once a second while waiting; what it throws ends the wait
 * @param listener hears of every try
 */
record Retry(Patience patience, String store, Runnable beat, StoreListener listener) {
  private static final Logger log = LoggerFactory.getLogger(Retry.class);
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 8_000;
  private static final Duration REMINDER = Duration.ofMinutes(1);
  static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "object-store");
            thread.setDaemon(true);
            return thread;
          });

  /** Without signs of life and unheard. */
  Retry(Patience patience, String store) {
    this(patience, store, () -> {}, (operation, outcome, took) -> {});
  }

  Retry beating(Runnable other) {
    return new Retry(patience, store, other, listener);
  }

  Retry patient(Patience other) {
    return new Retry(other, store, beat, listener);
  }

  Retry heardBy(StoreListener other) {
    return new Retry(patience, store, beat, other);
  }

  /**
   * The operation's result.
   *
   * @throws StoreUnavailable if it failed for want of a store, or of room, until patience ended
   */
  <T> T call(String what, Callable<T> operation) {
    Wait wait = new Wait(what);
    while (true) {
      long began = System.nanoTime();
      try {
        T result = await(operation);
        heard(what, StoreListener.Outcome.DONE, began);
        return result;
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        boolean passing = S3Errors.passing(cause);
        heard(
            what,
            passing ? StoreListener.Outcome.UNAVAILABLE : StoreListener.Outcome.REFUSED,
            began);
        if (!passing) throw S3Errors.typed(what, cause);
        wait.after(cause);
      }
    }
  }

  /**
   * @param what the operation's name and its object
   */
  private void heard(String what, StoreListener.Outcome outcome, long began) {
    String operation = what.substring(0, what.indexOf(' '));
    listener.tried(operation, outcome, Duration.ofNanos(System.nanoTime() - began));
  }

  /** As {@link #call}, of work on the local disk in the calling thread, while the disk is full. */
  <T> T whileDiskFull(String what, Bucket.DiskWork<T> work) throws IOException {
    Wait wait = new Wait(what);
    while (true) {
      try {
        return work.run();
      } catch (IOException e) {
        if (!S3Errors.diskFull(e)) throw e;
        wait.after(e);
      }
    }
  }

  /** One operation's failures so far. */
  private final class Wait {
    private final String what;
    private final long began = System.nanoTime();
    private long pause = FIRST_PAUSE_MILLIS;
    private int attempt = 1;
    private long saidFull = Long.MIN_VALUE;

    Wait(String what) {
      this.what = what;
    }

    /** Pauses before the next try, or gives up. */
    void after(Throwable failure) {
      boolean full = S3Errors.full(failure);
      Duration limit = full ? patience.full() : patience.away();
      long waited = System.nanoTime() - began;
      if (waited + pause * 1_000_000 > limit.toNanos()) {
        String reason = full ? full(failure) + " for " + seconds(limit) : S3Errors.line(failure);
        throw new StoreUnavailable(what + ": " + reason, failure);
      }
      attempt++;
      if (!full) {
        log.warn("{}: {}; try {} in {} ms", what, S3Errors.line(failure), attempt, pause);
      } else if (saidFull == Long.MIN_VALUE || waited - saidFull >= REMINDER.toNanos()) {
        saidFull = waited;
        log.warn(
            "{}; {} waits for room, {} of at most {} so far, and then goes on by itself: {}",
            full(failure),
            what,
            seconds(Duration.ofNanos(waited)),
            seconds(limit),
            S3Errors.diskFull(failure)
                ? "free space on that disk"
                : "free space or raise the quota there; `espalier gc --dry-run` shows what is"
                    + " no longer needed");
      }
      pause(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }

    private String full(Throwable failure) {
      return (S3Errors.diskFull(failure) ? "the local disk" : "the object store " + store)
          + " is full ("
          + S3Errors.line(failure)
          + ")";
    }

    private static String seconds(Duration duration) {
      return duration.toSeconds() + " s";
    }
  }

  private <T> T await(Callable<T> operation) throws ExecutionException {
    Future<T> result = THREADS.submit(operation);
    try {
      while (true) {
        try {
          return result.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          beat.run();
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      result.cancel(true);
    }
  }

  private void pause(long millis) {
    try {
      for (long left = millis; left > 0; left -= 1_000) {
        beat.run();
        Thread.sleep(Math.min(left, 1_000));
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static StoreUnavailable interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new StoreUnavailable("interrupted while waiting for the object store", e);
  }
}
