package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.finetune.FinetuneConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CheckpointRhythmTest {
  private final AtomicLong now = new AtomicLong();

  @Test
  void ofAShortIntervalOneIsDueAtEveryMultipleAndStaysDueUntilItIsTaken() {
    CheckpointRhythm rhythm = rhythm("{\"checkpointEvery\": 10}");

    assertThat(List.of(rhythm.due(9), rhythm.due(10), rhythm.due(13)))
        .containsExactly(false, true, true);
    rhythm.took(13, 0);
    assertThat(List.of(rhythm.due(13), rhythm.due(19), rhythm.due(20)))
        .containsExactly(false, false, true);
    rhythm.from(37);
    assertThat(List.of(rhythm.due(38), rhythm.due(40), rhythm.late(1_000)))
        .containsExactly(false, true, false);
  }

  @Test
  void elseAsMuchEarlierAsTheSlowestCommitTook() {
    CheckpointRhythm rhythm = rhythm("{\"checkpointEvery\": 50}");

    assertThat(List.of(rhythm.due(39), rhythm.due(40))).containsExactly(false, true);
    rhythm.took(40, 0);
    rhythm.settled(47);
    assertThat(List.of(rhythm.due(81), rhythm.due(82))).containsExactly(false, true);
    rhythm.took(82, 0);
    rhythm.settled(83);
    assertThat(List.of(rhythm.due(123), rhythm.due(124))).containsExactly(false, true);
    rhythm.took(124, 0);
    assertThat(List.of(rhythm.late(131), rhythm.late(132))).containsExactly(false, true);
    rhythm.settled(170);
    assertThat(rhythm.late(173)).isFalse();
    assertThat(List.of(rhythm.due(148), rhythm.due(149))).containsExactly(false, true);
  }

  @Test
  void oneIsDueWhereverOneIsToBeKeptForEver() {
    CheckpointRhythm rhythm = rhythm("{\"checkpointEvery\": 50, \"keep\": {\"every\": 30}}");

    assertThat(List.of(rhythm.due(29), rhythm.due(30))).containsExactly(false, true);
    rhythm.took(30, 0);
    assertThat(List.of(rhythm.due(59), rhythm.due(60))).containsExactly(false, true);
  }

  @Test
  void orAfterSoManySecondsWhereThePlanSaysSo() {
    CheckpointRhythm rhythm = rhythm("{\"checkpointEvery\": 50, \"checkpointSeconds\": 2.5}");

    after(2.4);
    assertThat(rhythm.due(7)).isFalse();
    after(0.2);
    assertThat(rhythm.due(8)).isTrue();
    rhythm.took(8, 0);
    assertThat(rhythm.due(9)).isFalse();
    assertThat(rhythm.due(50)).isTrue();
  }

  @Test
  void cheapCopiesNeverChangeTheInterval() {
    assertThat(taken(0.1, 0.04, 2_000)).hasSize(41).startsWith(40, 89, 138).endsWith(2_000);
  }

  @Test
  void dearCopiesStretchItUntilTheyTakeAHundredthOfTheTraining() {
    List<Integer> taken = taken(0.1, 0.5, 20_000);

    double share = taken.size() * 0.5 / (20_000 * 0.1);
    assertThat(taken).startsWith(40, 89);
    assertThat(share)
        .isCloseTo(CheckpointRhythm.LARGEST_SHARE, within(0.001))
        .isLessThanOrEqualTo(
            CheckpointRhythm.LARGEST_SHARE + CheckpointRhythm.GRACE_SECONDS / 2_000);
    assertThat(taken.get(taken.size() - 1) - taken.get(taken.size() - 2)).isEqualTo(500);
  }

  /** Steps of the checkpoints begun by a training with one due every 50 steps. */
  private List<Integer> taken(double stepSeconds, double copySeconds, int steps) {
    CheckpointRhythm rhythm = rhythm("{\"checkpointEvery\": 50}");
    List<Integer> taken = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      after(stepSeconds);
      rhythm.settled(step - 1);
      if (!rhythm.due(step) || !rhythm.affordable()) continue;
      rhythm.took(step, copySeconds);
      taken.add(step);
    }
    assertThat(rhythm.taken()).isEqualTo(taken.size());
    assertThat(rhythm.stallSeconds()).isCloseTo(taken.size() * copySeconds, within(1e-6));
    return taken;
  }

  private CheckpointRhythm rhythm(String config) {
    return new CheckpointRhythm(StageBench.json(FinetuneConfig.class, config), now::get);
  }

  private void after(double seconds) {
    now.addAndGet(Math.round(seconds * 1e9));
  }
}
