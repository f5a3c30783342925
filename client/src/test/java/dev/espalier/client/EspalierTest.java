package dev.espalier.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.InProcess;
import dev.espalier.workflows.RunIds;
import dev.espalier.workflows.RunStatus;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client over the server in process, whose stages only do sums. */
@Timeout(600)
class EspalierTest {
  private final InProcess temporal = new InProcess();
  private final Espalier espalier = Espalier.over(temporal.client());

  @AfterEach
  void close() {
    espalier.close();
    temporal.close();
  }

  @Test
  void aRunIsStartedFollowedAndAwaited() throws InterruptedException {
    temporal.device.training = new CountDownLatch(1);
    Run<CompressionResult> run = espalier.run("{\"prune\": {\"ratio\": 0.3}}");
    assertThat(run.id()).matches("fashion-ddpm-[0-9a-f]{12}");
    temporal.awaitTraining(1);
    RunProgress now = run.progress().orElseThrow();
    assertThat(now.run()).isEqualTo(run.id());
    assertThat(now.stage()).isEqualTo("finetune");
    assertThat(now.done()).isEqualTo(5);
    assertThat(now.total()).isEqualTo(8);
    assertThat(now.paused()).isFalse();

    List<RunProgress> seen = new ArrayList<>();
    CompressionResult result =
        run.await(
            progress -> {
              seen.add(progress);
              temporal.device.training.countDown();
            });
    assertThat(result.finetuned().frechetDistance()).isEqualTo(25);
    assertThat(seen).first().extracting(RunProgress::stage).isEqualTo("finetune");
    assertThat(seen.get(seen.size() - 1).done()).isEqualTo(8);
    assertThat(espalier.attach(run.id()).await().report()).isEqualTo(result.report());
  }

  @Test
  void askingTwiceJoinsTheRunAtWork() {
    temporal.device.training = new CountDownLatch(1);
    Run<CompressionResult> first = espalier.run("{}");
    temporal.awaitTraining(1);
    Run<CompressionResult> second = espalier.run("{\"network\": \"fashion-ddpm\"}");
    assertThat(second.id()).isEqualTo(first.id());
    temporal.device.training.countDown();
    assertThat(second.await().run()).isEqualTo(first.await().run());
    assertThat(temporal.device.calls).filteredOn(call -> call.startsWith("finetune")).hasSize(1);
  }

  @Test
  void aRunIsPausedExtendedResumedAndCancelled() {
    temporal.device.training = new CountDownLatch(1);
    Run<CompressionResult> run = espalier.run("{}");
    temporal.awaitTraining(1);
    assertThat(run.pause()).isEqualTo("paused; finetune goes on when it is resumed");
    assertThat(run.progress().orElseThrow().paused()).isTrue();
    assertThatThrownBy(run::pause)
        .isInstanceOf(InvalidInput.class)
        .hasMessage("the run is paused already");
    assertThat(run.extend(50)).isEqualTo("finetune: 300 → 350 steps");
    assertThat(run.resume()).isEqualTo("resumed; finetune goes on");
    temporal.awaitTraining(1);
    run.cancel();
    RunFailed end = catchThrowableOfType(RunFailed.class, run::await);
    assertThat(end.cancelled()).isTrue();
  }

  @Test
  void badInputAndFailuresAreOneLine() {
    assertThatThrownBy(() -> espalier.run("{\"prune\": {\"ratio\": 7}}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("prune")
        .hasMessageContaining("ratio");
    assertThatThrownBy(() -> espalier.run("{\"recipe\": \"none\"}").await())
        .isInstanceOf(InvalidInput.class)
        .hasMessage("recipe 'none' does not exist; there are circular, quick");
    temporal.device.failingRatio = 0.4;
    RunFailed failed =
        catchThrowableOfType(
            RunFailed.class, () -> espalier.run("{\"prune\": {\"ratio\": 0.4}}").await());
    assertThat(failed).hasMessage("loss is NaN at step 3");
    assertThat(failed.cancelled()).isFalse();
  }

  @Test
  void recipesAtHandGiveTheIdOfTheirWork() {
    String request = "{\"recipe\": \"quick\"}";
    Run<CompressionResult> elsewhere = espalier.run(request);
    CompressionResult result = elsewhere.await();
    assertThat(elsewhere.id()).matches("quick-[0-9a-f]{12}");
    Espalier here = espalier.with(name -> Json.parse("{\"finetune\": {\"steps\": 10}}", name));
    Run<CompressionResult> known = here.run(request);
    assertThat(known.id()).isNotEqualTo(elsewhere.id());
    assertThat(RunIds.compression(result.plan())).matches("quick-[0-9a-f]{12}");
  }

  @Test
  void aSweepRanksItsArms() throws InterruptedException {
    SweepRun sweep =
        espalier.sweep(
            "{\"name\": \"ratios\", \"axes\": {\"prune.ratio\": [0.7, 0.3]}, \"parallel\": 1}");
    assertThat(sweep.id()).matches("ratios-[0-9a-f]{12}");
    List<RunProgress> seen = new ArrayList<>();
    SweepResult result = sweep.await(seen::add);
    assertThat(result.arms()).extracting(SweepArm::label).first().isEqualTo("prune.ratio=0.3");
    List<SweepArm> board = espalier.attachSweep(sweep.id()).leaderboard();
    assertThat(board).hasSize(2).allMatch(arm -> arm.state() == RunStatus.State.DONE);
    RunProgress end = seen.get(seen.size() - 1);
    assertThat(end.done()).isEqualTo(2);
    assertThat(end.total()).isEqualTo(2);
    assertThat(end.stage()).isNull();
  }

  @Test
  void aTrainingIsStarted() {
    assertThat(espalier.train(Json.parse("{\"network\": {}}", "test")).await().network().key())
        .isEqualTo("stages/train/1");
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Espalier.connect("127.0.0.1:1"))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("no Temporal server answers at 127.0.0.1:1");
  }
}
