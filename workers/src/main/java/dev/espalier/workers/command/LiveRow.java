package dev.espalier.workers.command;

import dev.espalier.workers.console.Style;
import dev.espalier.workers.console.Table;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One run, or one arm of a sweep, in a live table. What is not known is {@value #UNKNOWN}.
 *
 * @param run its id
 * @param name the id, or an arm's label under its sweep
 * @param state such as {@code running} or {@code completed}
 * @param stage at work, or why there is none
 * @param steps of the stage, {@code 120/300}
 * @param loss of the latest training step
 * @param left time until the stage has done its steps
 * @param best lowest Fréchet distance so far; of a training, its validation loss
 */
record LiveRow(
    String run,
    String name,
    String state,
    String stage,
    String steps,
    String loss,
    String left,
    String best) {
  static final String UNKNOWN = "–";
  private static final int STATE = 1;

  /** A name keeps so many characters, and leaves so many for the other columns. */
  private static final int SHORTEST = 16;

  private static final int BESIDE = 66;

  /** {@code running · finetune · 120/300 · loss 0.0341 · 2:10 left · best 5.865}. */
  String line() {
    StringBuilder line = new StringBuilder(name.strip()).append(": ").append(state);
    append(line, "", stage.isEmpty() ? UNKNOWN : stage, "");
    append(line, "", steps, "");
    append(line, "loss ", loss, "");
    append(line, "", left, " left");
    append(line, "best ", best, "");
    return line.toString();
  }

  private static void append(StringBuilder line, String before, String what, String after) {
    if (!what.equals(UNKNOWN)) line.append(" · ").append(before).append(what).append(after);
  }

  boolean underWay() {
    return state.startsWith("running") || state.startsWith("paus");
  }

  /**
   * All rows with a heading.
   *
   * @param columns for which long names are shortened
   */
  static List<String> table(List<LiveRow> rows, boolean colours, int columns) {
    int longest = Math.max(SHORTEST, columns - BESIDE);
    Table table = new Table("run", "state", "stage", "steps", "loss", "left", "best");
    for (LiveRow row : rows) {
      table.row(
          shortened(row.name, longest),
          row.state,
          row.stage,
          row.steps,
          row.loss,
          row.left,
          row.best);
    }
    return table.lines((column, cell) -> colours && column == STATE ? painted(cell) : cell);
  }

  /** Names that begin alike are told apart by their ends. */
  private static String shortened(String name, int longest) {
    if (name.length() <= longest) return name;
    int head = (longest - 1) / 2;
    return name.substring(0, head) + "…" + name.substring(name.length() - (longest - 1 - head));
  }

  private static String painted(String state) {
    Style style =
        switch (state.strip()) {
          case "running" -> Style.BUSY;
          case "paused", "pausing" -> Style.HELD;
          case "completed", "done" -> Style.GOOD;
          case "failed", "timed out", "terminated" -> Style.BAD;
          default -> Style.ASIDE;
        };
    return style.of(state);
  }

  /** A number to so many places; unknown where there is none. */
  static String number(@Nullable Double value, String format) {
    return value == null || value.isNaN() ? UNKNOWN : String.format(Locale.ROOT, format, value);
  }
}
