package dev.espalier.activities;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The largest resident memory of this process while something is done, looked at every two
 * milliseconds. Where the system does not tell (it is asked as Linux is), it is 0.
 */
final class PeakMemory implements AutoCloseable {
  private static final Path STATUS = Path.of("/proc/self/status");

  private final AtomicLong peak = new AtomicLong(now());
  private final Thread watcher = new Thread(this::watch, "memory");

  private PeakMemory() {}

  static PeakMemory watching() {
    PeakMemory memory = new PeakMemory();
    memory.watcher.setDaemon(true);
    memory.watcher.start();
    return memory;
  }

  /** Resident bytes at this moment. */
  static long now() {
    try {
      if (!Files.exists(STATUS)) return 0;
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** The most so far. */
  long bytes() {
    return peak.accumulateAndGet(now(), Math::max);
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      peak.accumulateAndGet(now(), Math::max);
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    watcher.interrupt();
  }
}
