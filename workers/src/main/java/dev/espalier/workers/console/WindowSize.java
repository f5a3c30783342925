package dev.espalier.workers.console;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The terminal's size as {@code stty} tells it, asked for anew at each drawing: what a window that
 * became narrower has wrapped is known only so. Without a terminal or an {@code stty} it is what
 * {@code COLUMNS} and {@code LINES} say, else {@link Window#USUAL}.
 */
final class WindowSize implements Supplier<Window> {
  private static final Pattern SIZE = Pattern.compile("\\s*(\\d{1,5}) (\\d{1,5})\\s*");

  /** Of one drawing. */
  private static final long FRESH_NANOS = 200_000_000L;

  private final Supplier<String> stty;
  private final LongSupplier clock;
  private final Window otherwise;
  private Window size;
  private long asked;
  private boolean known;

  WindowSize(Map<String, String> environment) {
    this(WindowSize::ask, System::nanoTime, environment);
  }

  /**
   * @param stty {@code ROWS COLUMNS}, or anything else where it does not tell
   * @param clock in nanoseconds
   */
  WindowSize(Supplier<String> stty, LongSupplier clock, Map<String, String> environment) {
    this.stty = stty;
    this.clock = clock;
    this.otherwise =
        of(
            environment.getOrDefault("LINES", String.valueOf(Window.USUAL.rows()))
                + " "
                + environment.getOrDefault("COLUMNS", String.valueOf(Window.USUAL.columns())),
            Window.USUAL);
    this.size = otherwise;
  }

  @Override
  public synchronized Window get() {
    long now = clock.getAsLong();
    if (!known || now - asked >= FRESH_NANOS) {
      size = of(stty.get(), otherwise);
      asked = now;
      known = true;
    }
    return size;
  }

  private static Window of(String rowsAndColumns, Window otherwise) {
    Matcher found = SIZE.matcher(rowsAndColumns);
    if (!found.matches()) return otherwise;
    int rows = Integer.parseInt(found.group(1));
    int columns = Integer.parseInt(found.group(2));
    return rows < 1 || columns < 1 ? otherwise : new Window(columns, rows);
  }

  private static String ask() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String told = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return stty.waitFor(1, TimeUnit.SECONDS) ? told : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
