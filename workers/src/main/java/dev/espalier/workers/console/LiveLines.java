package dev.espalier.workers.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lines at the end of a terminal that are drawn anew in their place. They are cut to the window as
 * it is at each drawing; what a window that became narrower has wrapped is drawn over, too. The
 * last ones drawn stay.
 */
public final class LiveLines {
  /** One character that is seen, or a change of style, which is not. */
  private static final Pattern PIECE = Pattern.compile("(\\x1B\\[[0-9;]*m)|.", Pattern.DOTALL);

  private static final String PLAIN = "\033[0m";

  private final PrintWriter to;
  private final Supplier<Window> window;
  private List<Integer> drawn = List.of();

  /**
   * @param to a terminal
   * @param window its size
   */
  public LiveLines(PrintWriter to, Supplier<Window> window) {
    this.to = to;
    this.window = window;
  }

  /** Draws {@code lines} where those before are. */
  public void draw(List<String> lines) {
    Window now = window.get();
    StringBuilder text = new StringBuilder();
    int up = drawn.stream().mapToInt(length -> rows(length, now.columns())).sum();
    if (up > 0) text.append("\033[").append(up).append('A');
    text.append('\r');
    List<Integer> lengths = new ArrayList<>();
    for (String line : fitting(lines, now)) {
      text.append(line).append("\033[K\n");
      lengths.add(seen(line));
    }
    to.print(text.append("\033[J"));
    to.flush();
    drawn = lengths;
  }

  private static int rows(int length, int columns) {
    return Math.max(1, (length + columns - 1) / columns);
  }

  /** One row is the cursor's. */
  private static List<String> fitting(List<String> lines, Window window) {
    int most = Math.max(1, window.rows() - 1);
    List<String> fitting = new ArrayList<>();
    boolean all = lines.size() <= most;
    for (String line : all ? lines : lines.subList(0, most - 1)) {
      fitting.add(cut(line, window.columns() - 1));
    }
    if (!all)
      fitting.add(cut("… and " + (lines.size() - most + 1) + " more", window.columns() - 1));
    return fitting;
  }

  /** How many characters of {@code line} are seen. */
  static int seen(String line) {
    Matcher piece = PIECE.matcher(line);
    int seen = 0;
    while (piece.find()) if (piece.group(1) == null) seen++;
    return seen;
  }

  /**
   * At most {@code columns} seen characters of {@code line}; an ellipsis tells that some are cut.
   */
  static String cut(String line, int columns) {
    if (seen(line) <= columns) return line;
    StringBuilder kept = new StringBuilder();
    boolean styled = false;
    int seen = 0;
    Matcher piece = PIECE.matcher(line);
    while (seen < columns - 1 && piece.find()) {
      kept.append(piece.group());
      if (piece.group(1) == null) seen++;
      else styled = !piece.group().equals(PLAIN);
    }
    if (styled) kept.append(PLAIN);
    return columns > 0 ? kept.append('…').toString() : "";
  }
}
