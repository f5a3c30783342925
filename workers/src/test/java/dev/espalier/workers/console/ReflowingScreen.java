package dev.espalier.workers.console;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A terminal that wraps anew what is longer than its window when that changes, as most do. It
 * understands what {@link LiveLines} writes.
 */
public final class ReflowingScreen {
  private static final Pattern PIECE =
      Pattern.compile("\\x1B\\[(\\d*)(?:;\\d+)*([A-Za-z])|(.)", Pattern.DOTALL);

  private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
  private int columns;
  private int at;
  private int column;

  public ReflowingScreen(int columns) {
    this.columns = columns;
  }

  void resize(int newColumns) {
    columns = newColumns;
  }

  public void feed(String text) {
    Matcher piece = PIECE.matcher(text);
    while (piece.find()) {
      if (piece.group(3) != null) put(piece.group(3).charAt(0));
      else control(piece.group(2).charAt(0), piece.group(1));
    }
  }

  /** What is seen, by lines as they were written. */
  public List<String> lines() {
    return lines.stream().map(StringBuilder::toString).toList();
  }

  private void put(char c) {
    switch (c) {
      case '\r' -> column = 0;
      case '\n' -> {
        at++;
        column = 0;
        if (at == lines.size()) lines.add(new StringBuilder());
      }
      default -> {
        StringBuilder line = lines.get(at);
        if (column < line.length()) line.setCharAt(column, c);
        else line.append(c);
        column++;
      }
    }
  }

  private void control(char code, String number) {
    switch (code) {
      case 'A' -> up(Integer.parseInt(number));
      case 'K' -> lines.get(at).setLength(column);
      case 'J' -> {
        lines.get(at).setLength(column);
        while (lines.size() > at + 1) lines.remove(lines.size() - 1);
      }
      case 'm' -> {}
      default -> throw new AssertionError("unknown control " + code);
    }
  }

  private void up(int rows) {
    int left = rows;
    while (left > 0) {
      at--;
      left -= Math.max(1, (lines.get(at).length() + columns - 1) / columns);
    }
    if (left < 0) throw new AssertionError("the cursor went into the middle of a wrapped line");
  }
}
