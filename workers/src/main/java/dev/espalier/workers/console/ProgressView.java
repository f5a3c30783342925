package dev.espalier.workers.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows looks at work as they come. A person sees a bar, and under it a line for everything that is
 * at work, all redrawn in place. Where output is recorded, each event is a line, and every half
 * minute another one says how far the work is.
 */
public final class ProgressView implements AutoCloseable {
  private static final int BAR = 30;
  private static final Duration OFTEN = Duration.ofSeconds(1);
  private static final Duration RARELY = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final LongSupplier clock;
  private final long begun;
  private final Set<String> shown = new HashSet<>();
  private final @Nullable LiveLines live;
  private double before = Double.NaN;
  private long said;
  private Look latest = Look.NOTHING;
  private List<String> lately = List.of();

  public ProgressView(Terminal terminal) {
    this(terminal, System::nanoTime);
  }

  /**
   * @param clock in nanoseconds
   */
  ProgressView(Terminal terminal, LongSupplier clock) {
    this.terminal = terminal;
    this.clock = clock;
    this.begun = clock.getAsLong();
    this.said = begun;
    this.live =
        terminal.interactive() ? new LiveLines(terminal.err(), terminal.viewer().window()) : null;
  }

  /** Shows what is new in {@code look}. */
  public void show(Look look) {
    if (Double.isNaN(before) && !look.equals(Look.NOTHING)) before = look.fraction();
    latest = look;
    if (live == null) say(look);
    else if (said == begun || since(said).compareTo(OFTEN) >= 0) draw(live);
  }

  private void draw(LiveLines on) {
    List<String> lines = new ArrayList<>();
    lines.add(bar(latest));
    for (String line : latest.now()) lines.add("  " + line);
    on.draw(lines);
    said = clock.getAsLong();
  }

  private void say(Look look) {
    for (String event : look.events()) {
      if (!shown.add(event)) continue;
      terminal.say("  " + event);
      said = clock.getAsLong();
    }
    if (since(said).compareTo(RARELY) < 0 || look.now().equals(lately)) return;
    lately = look.now();
    said = clock.getAsLong();
    for (String line : lately) terminal.say("  " + line);
  }

  /** Leaves the last look to be seen. */
  @Override
  public void close() {
    if (live != null) draw(live);
  }

  /** {@code [===== ] 52 % 3:07, about 2:50 left}. */
  private String bar(Look look) {
    int filled = (int) Math.round(look.fraction() * BAR);
    String bar = "=".repeat(filled);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3.0f %%  %s%s",
        terminal.viewer().colours() && filled > 0 ? Style.GOOD.of(bar) : bar,
        " ".repeat(BAR - filled),
        100 * look.fraction(),
        Pace.text(since(begun)),
        left(look).map(left -> ", about " + Pace.text(left) + " left").orElse(""));
  }

  /** Of like parts, once one of them was seen to come to its end. */
  private Optional<Duration> left(Look look) {
    double done = look.fraction() - before;
    if (look.parts() < 2 || look.fraction() >= 1 || !(done >= 1.0 / look.parts())) {
      return Optional.empty();
    }
    double seconds = since(begun).toMillis() * 1e-3 * (1 - look.fraction()) / done;
    return Optional.of(Duration.ofSeconds(Math.round(seconds)));
  }

  private Duration since(long nanos) {
    return Duration.ofNanos(clock.getAsLong() - nanos);
  }
}
