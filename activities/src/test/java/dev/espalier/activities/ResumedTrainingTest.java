package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.finetune;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.FinetuneActivity;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints lie at steps 3, 6, 9 and 10 of 10; tests that stop a training let each be committed
 * before the next step. A heartbeat is sent about once a millisecond, from the training or beside
 * it, so what it throws stops the training at its own step or the next.
 */
class ResumedTrainingTest {
  private static final int STEPS = 10;
  private static final FinetuneActivity.Request REQUEST = finetune(DENSE, STEPS);

  @TempDir private static Path elsewhere;
  private static String uninterrupted;
  private static List<CurveLog.Point> itsCurve;

  @TempDir private Path folder;
  private StageBench stages;
  private InActivity activities;

  /** As the server says it through a heartbeat. */
  private static final class ToldToStop extends RuntimeException {}

  /** Nothing is done any more after this. */
  private static final class Killed extends Error {}

  @BeforeAll
  static void trainInOneGo() throws Exception {
    StageBench stages = new StageBench(elsewhere);
    try (InActivity activities = new InActivity(stages.bench)) {
      Artifact network = activities.finetune(REQUEST).network();
      uninterrupted = stages.sha256(network);
      itsCurve = stages.curve(network);
    }
  }

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
  void aTrainingToldToStopTakesItsStepAlongAndEndsInTheSameBits() {
    stopped(4, new ToldToStop());

    goesOnFrom(4, 5);
  }

  @Test
  void aTrainingStoppedAgainAndAgainEndsInTheSameBits() {
    stopped(1, new ToldToStop());
    stopped(4, new ToldToStop());
    stopped(7, new ToldToStop());

    FinetuneActivity.Result result = goesOnFrom(7, 8);
    JsonNode resumes = stages.stored(result.network()).numbers().path("resumes");
    assertThat(List.of(Json.bind(resumes, Resume[].class, "resumes")))
        .hasSize(3)
        .last()
        .extracting(Resume::step)
        .isEqualTo(result.resumedFrom());
  }

  @Test
  void aKilledTrainingGoesOnFromItsLastCheckpoint() {
    killed(4);

    goesOnFrom(3, 3);
  }

  @Test
  void aTrainingKilledBeforeItsFirstCheckpointBeginsAnew() {
    killed(1);

    goesOnFrom(0, 0);
  }

  @Test
  void aDamagedCheckpointIsPassedOverForTheOneBefore() {
    killed(7);
    stages.shelf.store().put(checkpoint(6), StageBench.utf8("torn"));

    goesOnFrom(3, 3);
  }

  @Test
  void whenNoCheckpointIsLeftATrainingDoesNotSilentlyBeginAnew() {
    killed(7);
    stages.shelf.store().put(checkpoint(6), StageBench.utf8("torn"));
    stages.shelf.store().put(checkpoint(3), StageBench.utf8("torn"));

    ApplicationFailure failure = InActivity.failure(() -> activities.finetune(REQUEST));

    assertThat(failure.getType()).isEqualTo("LostCheckpoint");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage()).contains("step 6").doesNotContain("\n");
  }

  @Test
  void aLossThatIsNoNumberEndsTheTrainingForGood() throws Exception {
    Map<String, Tensor> tensors = new HashMap<>(StageBench.unet().tensors());
    float[] bias = new float[8];
    bias[3] = Float.MAX_VALUE;
    tensors.put("conv_in.bias", Tensor.of(bias, 8));
    stages.write("nan", StageBench.UNET, new StateDict(tensors));

    ApplicationFailure failure =
        InActivity.failure(
            () -> activities.finetune(finetune(new Artifact("networks/nan"), STEPS)));

    assertThat(failure.getType()).isEqualTo("DivergedLoss");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage())
        .contains("step 1", "finetune.learningRate")
        .doesNotContain("\n");
  }

  private void killed(int at) {
    stopped(at, new Killed());
  }

  private void stopped(int at, Throwable how) {
    Settled settled = new Settled(stages, 3);
    activities.onHeartbeat(
        progress -> {
          settled.await(progress);
          if (progress.step() < at) return;
          if (how instanceof Error error) throw error;
          throw (RuntimeException) how;
        });
    assertThatThrownBy(() -> activities.finetune(REQUEST))
        .hasStackTraceContaining(how.getClass().getSimpleName());
    activities.onHeartbeat(progress -> {});
  }

  private FinetuneActivity.Result goesOnFrom(int earliest, int latest) {
    FinetuneActivity.Result result = activities.finetune(REQUEST);

    assertThat(result.resumedFrom()).isBetween(earliest, latest);
    assertThat(result.steps()).isEqualTo(STEPS);
    assertThat(stages.sha256(result.network())).isEqualTo(uninterrupted);
    List<CurveLog.Point> curve = stages.curve(result.network());
    assertThat(curve).isEqualTo(itsCurve);
    assertThat(curve.stream().filter(p -> p.loss() != null).map(CurveLog.Point::step))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, STEPS).boxed().toList());
    assertThat(curve.stream().map(CurveLog.Point::validationLoss).filter(Objects::nonNull))
        .hasSize(3);
    return result;
  }

  private String checkpoint(int at) {
    String step = String.format("/step-%08d-", at);
    return stages.shelf.store().listEverything("stages/finetune").stream()
        .map(object -> object.key())
        .filter(key -> key.contains(step) && key.endsWith("/state.safetensors"))
        .findFirst()
        .orElseThrow();
  }
}
