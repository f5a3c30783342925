package dev.espalier.workers.console;

import java.util.HashSet;
import java.util.Set;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows looks at work as they come: a bar for a person, plain lines where output is recorded. */
public final class ProgressView implements AutoCloseable {
  private static final long WHOLE = 1000;

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
        .setStyle(ProgressBarStyle.builder().refreshPrompt("\r").build())
        .setUpdateIntervalMillis(250)
        .hideEta()
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }
}
