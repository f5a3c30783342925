package dev.espalier.workers.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How fast something counts up, and so when it will be done. Safe for use by many threads. */
public final class Pace {
  /** What is older does not tell how fast it is now. */
  private static final double LATELY = 180;

  /** Two counts that are nearer than that, in seconds, tell nothing. */
  private static final double APART = 2;

  /** So many times the usual time between two counts without one: it does not count any more. */
  private static final double STALLED = 10;

  private record Seen(double at, double done) {}

  private final Deque<Seen> seen = new ArrayDeque<>();
  private final LongSupplier clock;

  public Pace() {
    this(System::nanoTime);
  }

  /**
   * @param clock in nanoseconds
   */
  Pace(LongSupplier clock) {
    this.clock = clock;
  }

  /** Notes a count; one that is lower than the last, as after a lost attempt, begins anew. */
  public synchronized void saw(double done) {
    double now = now();
    Seen last = seen.peekLast();
    if (last != null && done < last.done) seen.clear();
    if (last == null || done != last.done) seen.addLast(new Seen(now, done));
    while (seen.size() > 2 && now - seen.getFirst().at > LATELY) seen.removeFirst();
  }

  /** Until it has counted to {@code total}; nothing as long as that cannot be told. */
  public synchronized Optional<Duration> left(double total) {
    Seen first = seen.peekFirst();
    Seen last = seen.peekLast();
    if (first == null || last == null || last.at - first.at < APART) return Optional.empty();
    double since = now() - last.at;
    double usual = (last.at - first.at) / (seen.size() - 1);
    if (since > Math.max(APART, STALLED * usual)) return Optional.empty();
    double seconds = (total - last.done) * (last.at - first.at) / (last.done - first.done) - since;
    return Optional.of(Duration.ofSeconds(Math.round(Math.max(0, seconds))));
  }

  private double now() {
    return clock.getAsLong() * 1e-9;
  }

  /** A time as a person reads it: {@code 4:05}, {@code 1:02:03}, {@code 2 d 3 h}. */
  public static String text(Duration time) {
    if (time.toDays() > 0) return time.toDays() + " d " + time.toHoursPart() + " h";
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
