package dev.espalier.workers.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewerTest {
  @Test
  void onlyStreamsThatAreTerminalsAreWatched() {
    assertThat(Viewer.of(Map.of())).isEqualTo(Viewer.NOBODY);
    assertThat(Viewer.of(Map.of("TERM", "xterm", "ESPALIER_TTY", ""))).isEqualTo(Viewer.NOBODY);
    Viewer err = Viewer.of(Map.of("TERM", "xterm", "ESPALIER_TTY", " err"));
    assertThat(err.out()).isFalse();
    assertThat(err.err()).isTrue();
    Viewer both = Viewer.of(Map.of("TERM", "xterm", "ESPALIER_TTY", "out err"));
    assertThat(both.out() && both.err() && both.colours()).isTrue();
  }

  @Test
  void aDumbTerminalIsNotRedrawnAndNoColorMeansNone() {
    assertThat(Viewer.of(Map.of("TERM", "dumb", "ESPALIER_TTY", "out err")))
        .isEqualTo(Viewer.NOBODY);
    Map<String, String> plain = Map.of("TERM", "xterm", "ESPALIER_TTY", "out", "NO_COLOR", "1");
    assertThat(Viewer.of(plain).out()).isTrue();
    assertThat(Viewer.of(plain).colours()).isFalse();
  }

  @Test
  void theSizeIsAskedForAtEachDrawing() {
    ArrayDeque<String> answers = new ArrayDeque<>(List.of("24 80\n", "10 40\n", "0 0", ""));
    long[] nanos = {0};
    WindowSize size =
        new WindowSize(answers::poll, () -> nanos[0], Map.of("COLUMNS", "99", "LINES", "33"));
    assertThat(size.get()).isEqualTo(new Window(80, 24));
    nanos[0] += 199_999_999;
    assertThat(size.get()).isEqualTo(new Window(80, 24));
    nanos[0]++;
    assertThat(size.get()).isEqualTo(new Window(40, 10));
    nanos[0] += 2_000_000_000;
    assertThat(size.get()).isEqualTo(new Window(99, 33));
  }
}
