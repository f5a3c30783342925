package dev.espalier.workers.console;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of text in aligned columns: the first to the left, numbers to the right. */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... heading) {
    rows.add(List.of(heading));
  }

  /** Adds a row of as many cells as the heading has. */
  public Table row(String... cells) {
    if (cells.length != rows.get(0).size()) throw new IllegalArgumentException("cells per row");
    rows.add(List.of(cells));
    return this;
  }

  @Override
  public String toString() {
    return String.join(System.lineSeparator(), lines((column, cell) -> cell));
  }

  /** Makes a cell look like what it says. */
  public interface Paint {
    /**
     * @param column from 0
     * @param cell with the space that aligns it
     */
    String paint(int column, String cell);
  }

  /** The heading and the rows; their cells, not the heading's, are painted. */
  public List<String> lines(Paint paint) {
    int columns = rows.get(0).size();
    int[] widths =
        IntStream.range(0, columns)
            .map(c -> rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0))
            .toArray();
    boolean[] right = new boolean[columns];
    for (int c = 0; c < columns; c++) right[c] = numeric(c);
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      Paint by = lines.isEmpty() ? (column, cell) -> cell : paint;
      lines.add(line(row, widths, right, by).stripTrailing());
    }
    return lines;
  }

  private boolean numeric(int column) {
    return rows.size() > 1
        && rows.stream().skip(1).allMatch(row -> row.get(column).matches("[-+0-9.,]+ ?%?|–|"));
  }

  private static String line(List<String> row, int[] widths, boolean[] right, Paint paint) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String space = " ".repeat(widths[c] - row.get(c).length());
      line.append(c == 0 ? "" : "  ");
      line.append(paint.paint(c, right[c] ? space + row.get(c) : row.get(c) + space));
    }
    return line.toString();
  }
}
