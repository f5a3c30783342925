package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.Json;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.network.Run;
import dev.espalier.workflows.Artifact;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training of 14 steps with checkpoints at 3, 6, 9 and 12, whose loss is no number at step 8. */
class DivergedTrainingTest {
  @TempDir private Path folder;
  @TempDir private Path elsewhere;

  /** Nothing is done any more after this. */
  private static final class Killed extends Error {}

  /**
   * A loss that is no number at step 8 in states from which it would have been one of the first so
   * many, as far as they are different: a function of the state, as a real divergence is.
   */
  private static final class Diverging {
    private final int most;
    private final List<Float> losses = new ArrayList<>();

    Diverging(int most) {
      this.most = most;
    }

    Objective of(Objective plain) {
      return new Objective() {
        @Override
        public NDArray loss(Run ops, NDManager scope, int step) {
          NDArray loss = plain.loss(ops, scope, step);
          if (step != 8) return loss;
          float value = loss.toFloatArray()[0];
          if (losses.size() < most && !losses.contains(value)) losses.add(value);
          return losses.contains(value) ? loss.mul(Float.NaN) : loss;
        }

        @Override
        public double validate(ReadAveraged ops) {
          return plain.validate(ops);
        }
      };
    }
  }

  @Test
  void aTrainingIsTakenBackAndGoesOnWithHalfTheLearningRate() throws Exception {
    StageBench stages = new StageBench(folder);
    Artifact result = train(stages, new Diverging(2), "restore");

    assertThat(stages.stored(result).numbers().path("restarts"))
        .isEqualTo(
            Json.parse("[{\"after\": 6, \"diverged\": 8}, {\"after\": 6, \"diverged\": 8}]", ""));
    List<CurveLog.Point> curve = stages.curve(result);
    assertThat(curve.stream().map(CurveLog.Point::learningRate).filter(Objects::nonNull))
        .containsExactly(
            1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 2.5e-4, 2.5e-4, 2.5e-4, 2.5e-4, 2.5e-4, 2.5e-4,
            2.5e-4, 2.5e-4);
    assertThat(curve.stream().filter(p -> p.diverged() != null))
        .containsExactly(
            new CurveLog.Point(6, null, null, null, null, 8),
            new CurveLog.Point(6, null, null, null, null, 8));
  }

  @Test
  void killedBeforeOrAfterItEndsInTheSameBits() throws Exception {
    Diverging diverging = new Diverging(2);
    StageBench whole = new StageBench(folder);
    Artifact uninterrupted = train(whole, diverging, "restore");
    StageBench stages = new StageBench(elsewhere);
    for (int at : List.of(5, 7, 10)) {
      try (InActivity activities = activities(stages, diverging)) {
        Settled settled = new Settled(stages, 3);
        activities.onHeartbeat(
            progress -> {
              settled.await(progress);
              if (progress.step() >= at) throw new Killed();
            });
        AlteredTraining training = activities.stub(AlteredTraining.class);
        assertThatThrownBy(() -> training.train(config("restore")))
            .hasStackTraceContaining("Killed");
      }
    }
    Artifact resumed = train(stages, diverging, "restore");

    assertThat(stages.stored(resumed).numbers().path("resumedFrom").asInt()).isEqualTo(9);
    assertThat(stages.sha256(resumed)).isEqualTo(whole.sha256(uninterrupted));
    assertThat(stages.curve(resumed)).isEqualTo(whole.curve(uninterrupted));
    assertThat(stages.stored(resumed).numbers().path("restarts")).hasSize(2);
  }

  @Test
  void aFourthDivergenceEndsTheTrainingForGood() throws Exception {
    StageBench stages = new StageBench(folder);
    ApplicationFailure failure =
        InActivity.failure(() -> train(stages, new Diverging(4), "restore"));

    assertThat(failure.getType()).isEqualTo("DivergedLoss");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage()).contains("step 8", "taken back 3 times");
  }

  @Test
  void withoutThePolicyTheTrainingEndsAndKeepsItsLastCheckpoint() throws Exception {
    StageBench stages = new StageBench(folder);
    ApplicationFailure failure = InActivity.failure(() -> train(stages, new Diverging(1), "fail"));

    assertThat(failure.getType()).isEqualTo("DivergedLoss");
    assertThat(failure.isNonRetryable()).isTrue();
    String key =
        stages.shelf.store().list("lines/finetune").stream()
            .map(object -> object.key().replaceFirst(".*/", ""))
            .findFirst()
            .orElseThrow();
    assertThat(stages.shelf.checkpoints("finetune", key).newestVerified(0).orElseThrow().step())
        .isEqualTo(6);
  }

  private static Artifact train(StageBench stages, Diverging diverging, String policy) {
    try (InActivity activities = activities(stages, diverging)) {
      Settled settled = new Settled(stages, 3);
      activities.onHeartbeat(settled::await);
      return new Artifact(activities.stub(AlteredTraining.class).train(config(policy)));
    }
  }

  private static InActivity activities(StageBench stages, Diverging diverging) {
    return new InActivity(stages.bench, new AlteredTraining.Stage(stages.bench, diverging::of));
  }

  private static FinetuneConfig config(String policy) {
    String config =
        """
        {"steps": 14, "batch": 4, "learningRate": 0.001, "emaDecay": 0.9, "dropout": 0.1,
         "validateEvery": 4, "checkpointEvery": 3, "onDivergence": "%s"}
        """;
    return StageBench.json(FinetuneConfig.class, config.formatted(policy));
  }
}
