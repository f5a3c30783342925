package dev.espalier.activities.shelf;

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
 * again with growing pauses while the store is away.
 *
 * @param patience how long a store may be away
 * @param beat called about once a second while waiting; what it throws ends the wait
 */
record Retry(Duration patience, Runnable beat) {
  private static final Logger log = LoggerFactory.getLogger(Retry.class);
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 8_000;
  static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "object-store");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * The operation's result.
   *
   * @throws StoreUnavailable if it failed for want of a store until patience ended
   */
  <T> T call(String what, Callable<T> operation) {
    long end = System.nanoTime() + patience.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    for (int attempt = 1; ; attempt++) {
      try {
        return await(operation);
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (!S3Errors.passing(cause)) throw S3Errors.typed(what, cause);
        if (System.nanoTime() + pause * 1_000_000 > end) {
          throw new StoreUnavailable(what + ": " + S3Errors.line(cause), cause);
        }
        log.warn("{}: {}; try {} in {} ms", what, S3Errors.line(cause), attempt + 1, pause);
      }
      pause(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
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
