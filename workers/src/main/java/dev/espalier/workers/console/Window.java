package dev.espalier.workers.console;

/**
 * The size of what a person looks at.
 *
 * @param columns characters in a line, at least 1
 * @param rows lines, at least 1
 */
public record Window(int columns, int rows) {
  /** Where nothing tells. */
  public static final Window USUAL = new Window(80, 24);

  public Window {
    if (columns < 1 || rows < 1) throw new IllegalArgumentException(columns + " × " + rows);
  }
}
