package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.finetune;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Servers;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.FinetuneActivity;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableTrainingTest {
  @TempDir private Path folder;
  private StageBench stages;
  private InActivity activities;

  /** As the server says it through a heartbeat. */
  private static final class ToldToStop extends RuntimeException {}

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
    activities = new InActivity(stages.bench);
  }

  @AfterEach
  void close() {
    activities.close();
  }

  @Test
  void whatIsDueWhileOneIsInFlightIsPutOffAndTheLastStateIsCommitted() throws Exception {
    CountDownLatch fifth = new CountDownLatch(1);
    ObjectStore slow =
        ObjectStore.open(S3Servers.s3Proxy().config())
            .heardBy((operation, outcome, took) -> hold(fifth));
    Shelf shelf = new Shelf(slow, folder.resolve("slow"), Map.of());
    Datasets datasets = new Datasets(List.of(StageBench.root().resolve("datasets")));
    stages = new StageBench(folder, datasets, shelf);
    FinetuneActivity.Result result;
    try (InActivity held = new InActivity(stages.bench)) {
      held.onHeartbeat(
          progress -> {
            if (progress.step() >= 5) fifth.countDown();
          });
      result = held.finetune(everyStep(60));
    }

    JsonNode numbers = stages.stored(result.network()).numbers();
    int begun = numbers.path("checkpoints").asInt();
    assertThat(begun).as("four at least were put off").isBetween(1, 55);
    assertThat(numbers.path("stallSeconds").asDouble())
        .isPositive()
        .isLessThan(numbers.path("seconds").asDouble());
    assertThat(stages.checkpointsWritten()).isEqualTo(begun + 1);
    assertThat(stages.counted("espalier_checkpoint_stall_seconds_total")).contains("finetune");
    assertThat(newest(result.network()).step()).isEqualTo(60);
    assertThat(numbers.has("environments")).isFalse();
  }

  /** A checkpoint is on its way until then. */
  private static void hold(CountDownLatch until) {
    if (!Thread.currentThread().getName().equals("checkpoint")) return;
    try {
      until.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void checkpointsAreTakenByTimeWhereThePlanSaysSo() {
    FinetuneActivity.Request request = finetune(DENSE, 60);
    FinetuneActivity.Result result =
        activities.finetune(
            with(request, "{\"checkpointEvery\": 1000, \"checkpointSeconds\": 0.1}"));

    JsonNode numbers = stages.stored(result.network()).numbers();
    int most = (int) (numbers.path("seconds").asDouble() / 0.1);
    assertThat(numbers.path("checkpoints").asInt()).isBetween(1, most);
  }

  @Test
  void whoIsOvertakenIsStoppedByItsOwnCheckpoint() {
    AtomicBoolean taken = new AtomicBoolean();
    activities.onHeartbeat(
        progress -> {
          if (progress.step() < 5 || taken.getAndSet(true)) return;
          stages.shelf.checkpoints("finetune", key());
        });

    ApplicationFailure failure = InActivity.failure(() -> activities.finetune(everyStep(100_000)));

    assertThat(failure.getType()).isEqualTo(StaleAttempt.class.getName());
    assertThat(failure.isNonRetryable()).isFalse(); // Tried again, it waits for the other.
  }

  @Test
  void aHeartbeatPromisesOnlyWhatIsCommitted() {
    activities.onHeartbeat(
        progress -> {
          if (progress.checkpoint() == 0) return;
          Checkpoints.Checkpoint newest = newest(new Artifact("stages/finetune/" + key()));
          assertThat(newest.step()).isGreaterThanOrEqualTo(progress.checkpoint());
          throw new ToldToStop();
        });
    assertThatThrownBy(() -> activities.finetune(everyStep(100_000)))
        .hasStackTraceContaining("ToldToStop");
  }

  @Test
  void onAnotherEnvironmentTheNumbersNameBoth() {
    FinetuneActivity.Request request = finetune(DENSE, 10);
    activities.onHeartbeat(
        progress -> {
          if (progress.step() >= 4) throw new ToldToStop();
        });
    assertThatThrownBy(() -> activities.finetune(request)).hasStackTraceContaining("ToldToStop");
    int stoppedAt = pretendItRanOn("cuda, 8 threads, PyTorch 2.7.1");
    activities.onHeartbeat(progress -> {});

    FinetuneActivity.Result result = activities.finetune(request);

    JsonNode numbers = stages.stored(result.network()).numbers();
    assertThat(result.resumedFrom()).isEqualTo(stoppedAt);
    assertThat(List.of(Json.bind(numbers.path("environments"), Section[].class, "test")))
        .containsExactly(
            new Section(0, "cuda, 8 threads, PyTorch 2.7.1"),
            new Section(stoppedAt, numbers.path("environment").asText()));
  }

  @Test
  void aCheckpointFromBeforeEnvironmentsWereNotedIsNotTakenForTheSame() {
    assertThat(Section.on(List.of(), 0, "cpu")).containsExactly(new Section(0, "cpu"));
    assertThat(Section.on(List.of(new Section(0, "cpu")), 7, "cpu"))
        .containsExactly(new Section(0, "cpu"));
    assertThat(Section.on(List.of(new Section(0, Section.UNKNOWN)), 7, "cpu"))
        .containsExactly(new Section(0, "not recorded"), new Section(7, "cpu"));
  }

  /** Puts another checkpoint over the newest one, with other numbers; returns its step. */
  private int pretendItRanOn(String environment) {
    Checkpoints checkpoints = stages.shelf.checkpoints("finetune", key());
    Checkpoints.Checkpoint newest = checkpoints.newestVerified(0).orElseThrow();
    checkpoints
        .stage(newest.step())
        .add(CheckpointWriter.STATE, newest.artifact().bytes(CheckpointWriter.STATE))
        .add(CurveLog.PART, newest.artifact().bytes(CurveLog.PART))
        .numbers(new CheckpointNumbers(List.of(new Section(0, environment)), null, null, null))
        .commit();
    return newest.step();
  }

  private Checkpoints.Checkpoint newest(Artifact artifact) {
    String key = artifact.key().replaceFirst(".*/", "");
    return stages.shelf.checkpoints("finetune", key).newestVerified(0).orElseThrow();
  }

  /** Of the only training there is. */
  private String key() {
    return stages.shelf.store().list("lines/finetune").stream()
        .map(object -> object.key().replaceFirst(".*/", ""))
        .findFirst()
        .orElseThrow();
  }

  private static FinetuneActivity.Request everyStep(int steps) {
    return with(finetune(DENSE, steps), "{\"checkpointEvery\": 1, \"validateEvery\": 1000000}");
  }

  private static FinetuneActivity.Request with(FinetuneActivity.Request plain, String fields) {
    ObjectNode config = Json.MAPPER.valueToTree(plain.config());
    config.setAll((ObjectNode) Json.parse(fields, "test"));
    return new FinetuneActivity.Request(
        "run", plain.network(), plain.data(), Json.bind(config, FinetuneConfig.class, "test"));
  }
}
