package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.workflows.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressNotesTest {
  private long now;

  @Test
  void aLongStageTellsAtMostTwentyTimesAndHowLongItStillTakes() {
    ProgressNotes notes = notes();
    List<Progress> told = new ArrayList<>();
    for (int step = 0; step <= 5000; step++) {
      notes.due(progress(step, 5000)).ifPresent(told::add);
      now += 2_000_000_000L;
    }
    assertThat(told).hasSize(19);
    Progress first = told.get(0);
    assertThat(first.step()).isEqualTo(250);
    assertThat(first.steps()).isEqualTo(5000);
    assertThat(first.loss()).isEqualTo(0.5);
    assertThat(first.secondsLeft()).isEqualTo(2.0 * 4750);
  }

  @Test
  void aShortStageTellsNothingAndAQuickOneSeldom() {
    assertThat(count(300, 90_000_000)).isZero();
    assertThat(count(300, 400_000_000)).isEqualTo(3);
  }

  @Test
  void whatWasDoneByAnEarlierAttemptIsNoPace() {
    ProgressNotes notes = notes();
    assertThat(notes.due(progress(900, 1000))).isEmpty();
    now += 100_000_000_000L;
    assertThat(notes.due(progress(950, 1000)))
        .hasValueSatisfying(told -> assertThat(told.secondsLeft()).isEqualTo(100));
    assertThat(notes.due(StageProgress.of("prune", 0, 0))).isEmpty();
  }

  private int count(int steps, long nanosPerStep) {
    ProgressNotes notes = notes();
    int told = 0;
    for (int step = 0; step <= steps; step++) {
      if (notes.due(progress(step, steps)).isPresent()) told++;
      now += nanosPerStep;
    }
    return told;
  }

  private ProgressNotes notes() {
    return new ProgressNotes(Duration.ofSeconds(2), () -> now);
  }

  private static StageProgress progress(int step, int steps) {
    return new StageProgress("finetune", step, steps, 0.5, 0);
  }
}
