package dev.espalier.compression.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that decode images beside the one that trains. What comes out is the same for any number
 * of them: each image has its own place in the result.
 */
final class DecodingThreads {
  /** Half the processors, at most eight. */
  static final DecodingThreads SHARED =
      new DecodingThreads(Math.min(8, Math.max(1, Runtime.getRuntime().availableProcessors() / 2)));

  private final int threads;
  private final Executor executor;

  DecodingThreads(int threads) {
    this.threads = threads;
    AtomicInteger number = new AtomicInteger();
    this.executor =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, "images-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Work on the items from {@code from} to {@code to}, exclusive. */
  interface Range {
    void run(int from, int to);
  }

  /** Starts work on {@code items} items in equal ranges; the future ends when all is done. */
  CompletableFuture<Void> start(int items, Range work) {
    int ranges = Math.min(items, threads);
    List<CompletableFuture<Void>> started = new ArrayList<>();
    for (int i = 0; i < ranges; i++) {
      int from = (int) ((long) items * i / ranges);
      int to = (int) ((long) items * (i + 1) / ranges);
      started.add(CompletableFuture.runAsync(() -> work.run(from, to), executor));
    }
    return CompletableFuture.allOf(started.toArray(CompletableFuture[]::new));
  }

  /** Waits; what the work threw is thrown as it was. */
  static void await(CompletableFuture<Void> future) {
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      if (e.getCause() instanceof Error cause) throw cause;
      throw e;
    }
  }
}
