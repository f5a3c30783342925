package dev.espalier.workers.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LiveLinesTest {
  private final StringWriter written = new StringWriter();
  private final ReflowingScreen screen = new ReflowingScreen(40);
  private Window window = new Window(40, 10);
  private final LiveLines live = new LiveLines(new PrintWriter(written), () -> window);

  @Test
  void linesAreDrawnAnewInTheirPlace() {
    screen.feed("$ espalier status --watch\n");
    draw("run       state", "one       running", "two       running");
    draw("run       state", "one       completed");
    assertThat(screen.lines())
        .containsExactly("$ espalier status --watch", "run       state", "one       completed", "");
  }

  @Test
  void aWindowThatBecomesNarrowerOrWiderLeavesNothingBehind() {
    screen.feed("above\n");
    draw("a".repeat(39), "b".repeat(39));
    resize(15);
    draw("c".repeat(39), "d");
    assertThat(screen.lines()).containsExactly("above", "c".repeat(13) + "…", "d", "");
    resize(60);
    draw("e".repeat(50));
    assertThat(screen.lines()).containsExactly("above", "e".repeat(50), "");
  }

  @Test
  void noMoreLinesThanTheWindowHas() {
    window = new Window(40, 5);
    draw(IntStream.range(0, 9).mapToObj(i -> "line " + i).toArray(String[]::new));
    assertThat(screen.lines()).containsExactly("line 0", "line 1", "line 2", "… and 6 more", "");
  }

  @Test
  void styledLinesAreCutByWhatIsSeen() {
    String styled = Style.GOOD.of("completed") + " and more";
    assertThat(LiveLines.seen(styled)).isEqualTo(18);
    assertThat(LiveLines.cut(styled, 18)).isEqualTo(styled);
    assertThat(LiveLines.cut(styled, 5)).isEqualTo("\033[32mcomp\033[0m…");
    assertThat(LiveLines.cut(styled, 12)).isEqualTo(Style.GOOD.of("completed") + " a…");
    assertThat(LiveLines.cut("any", 0)).isEmpty();
  }

  private void resize(int columns) {
    window = new Window(columns, 10);
    screen.resize(columns);
  }

  private void draw(String... lines) {
    live.draw(List.of(lines));
    screen.feed(written.toString());
    written.getBuffer().setLength(0);
  }
}
