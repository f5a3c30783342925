package dev.espalier.workers.connection;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** For a server that is away: it is asked every second, and that is said now and then. */
final class Waiting {
  private static final int AGAIN_SECONDS = 1;

  /** Between two lines. */
  private static final int SAID_SECONDS = 15;

  private final Consumer<String> said;

  /** When the first try had been in vain; 0 before. */
  private long began;

  private long next;

  /**
   * @param said is told, at once and then every {@value #SAID_SECONDS} seconds, what is waited for
   */
  Waiting(Consumer<String> said) {
    this.said = said;
  }

  /**
   * Lets some time pass after a vain try.
   *
   * @param trouble such as {@code no Temporal server answers at 127.0.0.1:7233}
   */
  void after(String trouble) throws InterruptedException {
    if (began == 0) began = System.nanoTime();
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
    if (seconds >= next) {
      said.accept(trouble + " yet, since " + seconds + " s");
      next = seconds + SAID_SECONDS;
    }
    TimeUnit.SECONDS.sleep(AGAIN_SECONDS);
  }
}
