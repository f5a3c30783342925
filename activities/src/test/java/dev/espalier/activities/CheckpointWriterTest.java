package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Servers;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.tensor.StateDict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest implements CheckpointWriter.Committed {
  private static final StateDict NOTHING = new StateDict(Map.of());

  @TempDir private Path cache;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private Shelf shelf;
  private Checkpoints checkpoints;
  private CheckpointWriter writer;

  /** Holds its commit up until it is let go. */
  private static final class Held {
    private final CountDownLatch go = new CountDownLatch(1);

    public String getHeld() throws InterruptedException {
      go.await();
      return "no longer";
    }
  }

  @BeforeEach
  void open() {
    shelf = new Shelf(ObjectStore.open(S3Servers.s3Proxy().config()), cache, Map.of());
    checkpoints = shelf.checkpoints("finetune", "key");
    writer = new CheckpointWriter(checkpoints, this);
  }

  @AfterEach
  void close() {
    writer.close();
  }

  @Override
  public void committed(int step, long bytes, Duration took) {
    heard.add("committed " + step);
  }

  @Override
  public void failed() {
    heard.add("failed");
  }

  @Test
  void oneIsInFlightWhileTheCallerGoesOnAndASecondOneIsRefused() {
    Held held = new Held();
    writer.begin(snapshot(3, held));
    writer.check();

    assertThat(writer.busy()).isTrue();
    assertThat(heard).isEmpty();
    assertThatThrownBy(() -> writer.begin(snapshot(4, "")))
        .isInstanceOf(IllegalStateException.class);

    held.go.countDown();
    writer.await(() -> {});
    assertThat(writer.busy()).isFalse();
    assertThat(heard).containsExactly("committed 3");
    assertThat(checkpoints.newestUpTo(9).orElseThrow().step()).isEqualTo(3);
  }

  @Test
  void waitingGivesSignsOfLifeAndIsNotCutShortByAnInterrupt() {
    Held held = new Held();
    List<Integer> beats = new ArrayList<>();
    writer.begin(snapshot(3, held));
    Thread.currentThread().interrupt();
    writer.await(
        () -> {
          beats.add(1);
          if (beats.size() == 2) held.go.countDown();
        });

    assertThat(Thread.interrupted()).isTrue();
    assertThat(beats).hasSizeGreaterThanOrEqualTo(2);
    assertThat(heard).containsExactly("committed 3");
  }

  @Test
  void whatACommitFailsWithIsThrownOnceToTheCaller() throws Exception {
    shelf.checkpoints("finetune", "key");
    writer.begin(snapshot(3, ""));
    for (int i = 0; i < 2_000 && writer.busy(); i++) Thread.sleep(5);

    assertThatThrownBy(writer::check).isInstanceOf(StaleAttempt.class);
    writer.check();
    assertThat(heard).containsExactly("failed");
  }

  @Test
  void closingLetsTheOneInFlightBeCommitted() {
    Held held = new Held();
    writer.begin(snapshot(3, held));
    held.go.countDown();
    writer.close();

    assertThat(heard).containsExactly("committed 3");
  }

  private static CheckpointWriter.Snapshot snapshot(int step, Object numbers) {
    return new CheckpointWriter.Snapshot(
        new TrainingState(step, NOTHING, NOTHING, NOTHING, NOTHING), new CurveLog(), numbers);
  }
}
