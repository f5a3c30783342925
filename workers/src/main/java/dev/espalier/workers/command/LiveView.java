package dev.espalier.workers.command;

import dev.espalier.workers.console.LiveLines;
import dev.espalier.workers.console.Style;
import dev.espalier.workers.console.Terminal;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table that goes on. A person sees it redrawn in place; elsewhere a run has a line whenever its
 * state or stage changes, and every half minute while it counts on.
 */
final class LiveView {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final Duration RARELY = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final String heading;
  private final @Nullable LiveLines live;
  private final Map<String, Said> said = new HashMap<>();

  private List<LiveRow> last = List.of();
  private boolean silent;

  private record Said(String state, String line, long at) {}

  /**
   * @param heading of the table
   */
  LiveView(Terminal terminal, String heading) {
    this.terminal = terminal;
    this.heading = heading;
    boolean watched = terminal.viewer().out();
    this.live = watched ? new LiveLines(terminal.out(), terminal.viewer().window()) : null;
  }

  void show(List<LiveRow> rows) {
    String now = TIME.format(LocalTime.now());
    last = rows;
    silent = false;
    if (live == null) {
      say(rows, now);
      return;
    }
    long busy = rows.stream().filter(LiveRow::underWay).count();
    live.draw(lines(rows, now + " · " + busy + " under way"));
  }

  /** The server does not answer; what it said before stays. */
  void away(String reason) {
    String line = TIME.format(LocalTime.now()) + " · no answer (" + reason + "), as it was before";
    if (live != null) live.draw(lines(last, line));
    else if (!silent) terminal.print(line);
    silent = true;
  }

  private List<String> lines(List<LiveRow> rows, String state) {
    boolean colours = terminal.viewer().colours();
    String top = state + " · " + heading + " · Ctrl-C ends the watch";
    List<String> lines = new ArrayList<>();
    lines.add(colours ? Style.ASIDE.of(top) : top);
    if (rows.isEmpty()) {
      lines.add("no runs yet; `espalier demo` makes one");
    } else {
      int columns = terminal.viewer().window().get().columns();
      List<String> table = LiveRow.table(rows, colours, columns);
      lines.add(colours ? Style.HEADING.of(table.get(0)) : table.get(0));
      lines.addAll(table.subList(1, table.size()));
    }
    return lines;
  }

  private void say(List<LiveRow> rows, String now) {
    for (LiveRow row : rows) {
      Said before = said.get(row.run());
      String state = row.state() + " " + row.stage();
      String line = row.line();
      if (before != null && before.state.equals(state)) {
        boolean due = System.nanoTime() - before.at > RARELY.toNanos();
        if (!due || line.equals(before.line)) continue;
      }
      said.put(row.run(), new Said(state, line, System.nanoTime()));
      terminal.print(now + " " + line);
    }
  }
}
