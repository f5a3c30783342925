package dev.espalier.workers.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressViewTest {
  private final StringWriter said = new StringWriter();
  private long nanos = 1;

  @Test
  void aPersonSeesOneBarAndALineForEachThatIsAtWork() {
    ReflowingScreen screen = new ReflowingScreen(100);
    try (ProgressView view = view(watched(false))) {
      view.show(Look.NOTHING);
      view.show(look(0.25, 4, "a: finetune 30/300"));
      after(60);
      view.show(look(0.5, 4, "b: finetune 1/300 · 2:00 left", "c: prune"));
    }
    screen.feed(said.toString());
    assertThat(screen.lines())
        .containsExactly(
            "[" + "=".repeat(15) + " ".repeat(15) + "]  50 %  1:00, about 2:00 left",
            "  b: finetune 1/300 · 2:00 left",
            "  c: prune",
            "");
    assertThat(said.toString()).doesNotContain("\033[32m");
  }

  @Test
  void onlyWhatIsWatchedIsColoured() {
    try (ProgressView view = view(watched(true))) {
      view.show(look(0.5, 1, "finetune 150/300"));
    }
    assertThat(said.toString()).contains(Style.GOOD.of("=".repeat(15)));
  }

  @Test
  void partsThatAreNotAlikeHaveNoTimeOfTheirOwn() {
    try (ProgressView view = view(watched(false))) {
      view.show(look(0.1, 1, "prune"));
      after(100);
      view.show(look(0.6, 1, "finetune 1/300"));
    }
    assertThat(said.toString()).doesNotContain("left");
  }

  @Test
  void aRecordHasALineForEachEventAndOneEveryHalfMinute() {
    try (ProgressView view = view(Viewer.NOBODY)) {
      view.show(new Look(0.1, 1, List.of("prune"), List.of("prune: 50 %")));
      view.show(new Look(0.1, 1, List.of("prune"), List.of("prune: 50 %")));
      after(10);
      view.show(new Look(0.2, 1, List.of("svs 1/9"), List.of("prune: 50 %", "prune: done")));
      after(29);
      view.show(new Look(0.2, 1, List.of("svs 2/9"), List.of("prune: 50 %", "prune: done")));
      after(2);
      view.show(new Look(0.2, 1, List.of("svs 3/9"), List.of("prune: 50 %", "prune: done")));
      after(60);
      view.show(new Look(0.2, 1, List.of("svs 3/9"), List.of("prune: 50 %", "prune: done")));
    }
    assertThat(said.toString().lines())
        .containsExactly("  prune: 50 %", "  prune: done", "  svs 3/9");
    assertThat(said.toString()).doesNotContain("\033", "\r");
  }

  private ProgressView view(Viewer viewer) {
    Terminal terminal =
        new Terminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(said), viewer);
    return new ProgressView(terminal, () -> nanos);
  }

  private static Viewer watched(boolean colours) {
    return new Viewer(true, true, colours, () -> new Window(100, 30));
  }

  private static Look look(double fraction, int parts, String... now) {
    return new Look(fraction, parts, List.of(now), List.of("an event"));
  }

  private void after(int seconds) {
    nanos += seconds * 1_000_000_000L;
  }
}
