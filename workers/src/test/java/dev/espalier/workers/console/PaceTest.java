package dev.espalier.workers.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
  private long nanos = 1;
  private final Pace pace = new Pace(() -> nanos);

  @Test
  void theRestTakesAsLongAsWhatWasSeen() {
    pace.saw(100);
    assertThat(pace.left(300)).isEmpty();
    after(10);
    pace.saw(110);
    assertThat(pace.left(300)).hasValue(Duration.ofSeconds(190));
    after(5);
    assertThat(pace.left(300)).hasValue(Duration.ofSeconds(185));
  }

  @Test
  void onlyTheLastMinutesCount() {
    for (int i = 0; i <= 100; i++, after(10)) pace.saw(i);
    for (int i = 0; i <= 40; i++, after(10)) pace.saw(100 + 10 * i);
    assertThat(pace.left(600).orElseThrow())
        .isBetween(Duration.ofSeconds(85), Duration.ofSeconds(115));
  }

  @Test
  void aCountThatGoesBackOrStopsTellsNothing() {
    pace.saw(100);
    after(10);
    pace.saw(110);
    pace.saw(50);
    assertThat(pace.left(300)).isEmpty();
    after(10);
    pace.saw(60);
    assertThat(pace.left(300)).hasValue(Duration.ofSeconds(240));
    after(200);
    assertThat(pace.left(300)).isEmpty();
  }

  @Test
  void timesAreReadable() {
    assertThat(Pace.text(Duration.ofSeconds(65))).isEqualTo("1:05");
    assertThat(Pace.text(Duration.ofSeconds(3723))).isEqualTo("1:02:03");
    assertThat(Pace.text(Duration.ofHours(51))).isEqualTo("2 d 3 h");
  }

  private void after(int seconds) {
    nanos += seconds * 1_000_000_000L;
  }
}
