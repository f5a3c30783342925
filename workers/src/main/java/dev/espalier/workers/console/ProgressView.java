package dev.espalier.workers.console;

import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/** Shows looks at work as they come: a bar for a person, plain lines where output is recorded. */
public final class ProgressView implements AutoCloseable {
  private static final long WHOLE = 1000;
  private static final int BAR = 30;

  private final Terminal terminal;
  private final Set<String> shown = new HashSet<>();
  private final @Nullable ProgressBar bar;

  public ProgressView(Terminal terminal, String task) {
    this.terminal = terminal;
    this.bar = terminal.interactive() ? bar(task) : null;
  }

  /** Shows what is new in {@code look}. */
  public void show(Look look) {
    if (bar != null) {
      bar.stepTo(Math.round(look.fraction() * WHOLE));
      bar.setExtraMessage(" " + look.now());
      return;
    }
    for (String event : look.events()) {
      if (shown.add(event)) terminal.say("  " + event);
    }
  }

  @Override
  public void close() {
    if (bar != null) bar.close();
  }

  private static ProgressBar bar(String task) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(WHOLE)
        .setUpdateIntervalMillis(250)
        .setRenderer(ProgressView::line)
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }

  /** {@code [===== ] 52 % 0:03:07 finetune 120/300}. */
  static String line(ProgressState state, int columns) {
    double done = state.getNormalizedProgress();
    int filled = (int) Math.round(done * BAR);
    Duration elapsed = state.getElapsedAfterStart();
    String line =
        String.format(
            Locale.ROOT,
            "[%s%s] %3.0f %%  %d:%02d:%02d  %s",
            "=".repeat(filled),
            " ".repeat(BAR - filled),
            100 * done,
            elapsed.toHours(),
            elapsed.toMinutesPart(),
            elapsed.toSecondsPart(),
            state.getExtraMessage().strip());
    return line.length() <= columns ? line : line.substring(0, Math.max(0, columns - 1)) + "…";
  }
}
