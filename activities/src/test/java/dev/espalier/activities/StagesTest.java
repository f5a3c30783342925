package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.evaluate;
import static dev.espalier.activities.StageBench.finetune;
import static dev.espalier.activities.StageBench.prune;
import static dev.espalier.activities.StageBench.svs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.SvsActivity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagesTest {
  @TempDir Path folder;
  private StageBench stages;
  private InActivity activities;

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
  void allStagesLeaveWholeArtifactsAndAskedAgainComputeNothing() {
    PruneActivity.Result pruned = activities.prune(prune(0.5));
    SvsActivity.Result scaled = activities.svs(svs(pruned.network()));
    FinetuneActivity.Result tuned = activities.finetune(finetune(scaled.network(), 4));
    EvaluateActivity.Result judged = activities.evaluate(evaluate(tuned.network(), 6));

    assertThat(pruned.parametersAfter()).isLessThan(pruned.parametersBefore());
    assertThat(pruned.macsAfter()).isLessThan(pruned.macsBefore());
    assertThat(pruned.timestepsUsed()).isEqualTo(4);
    assertThat(scaled.medianConditionAfter()).isLessThan(scaled.medianConditionBefore());
    assertThat(tuned.steps()).isEqualTo(4);
    assertThat(tuned.resumedFrom()).isZero();
    assertThat(tuned.loss()).isFinite().isPositive();
    assertThat(tuned.validationLoss()).isFinite().isPositive();
    assertThat(judged.parameters()).isEqualTo(pruned.parametersAfter());
    assertThat(judged.macs()).isEqualTo(pruned.macsAfter());
    assertThat(judged.frechetDistance()).isFinite().isPositive();
    assertThat(judged.ssim()).isBetween(-1.0, 0.999);
    List<Artifact> made =
        List.of(pruned.network(), scaled.network(), tuned.network(), judged.evaluation());
    for (Artifact artifact : made) {
      assertThat(stages.stored(artifact).manifest().parts()).isNotEmpty();
      stages.stored(artifact).verify();
    }
    assertThat(List.of(pruned.reused(), scaled.reused(), tuned.reused(), judged.reused()))
        .containsOnly(false);
    assertThat(stages.counted("espalier_evaluate_arm{"))
        .contains(
            "criterion=\"diff-pruning\"",
            "network=\"finetune\"",
            "ratio=\"0.5\"",
            "steps=\"4\"",
            "svs=\"0.5\"");
    assertThat(stages.counted("espalier_train_step{")).isEqualTo("[]");
    String computed = stages.counted("espalier_stages_total{outcome=\"computed\"");

    PruneActivity.Result prunedAgain = activities.prune(prune(0.5));
    SvsActivity.Result scaledAgain = activities.svs(svs(pruned.network()));
    FinetuneActivity.Result tunedAgain = activities.finetune(finetune(scaled.network(), 4));
    EvaluateActivity.Result judgedAgain = activities.evaluate(evaluate(tuned.network(), 6));

    assertThat(stages.counted("espalier_stages_total{outcome=\"computed\"")).isEqualTo(computed);
    assertThat(prunedAgain).isEqualTo(reused(pruned));
    assertThat(scaledAgain).isEqualTo(reused(scaled));
    assertThat(tunedAgain).isEqualTo(reused(tuned));
    assertThat(judgedAgain).isEqualTo(reused(judged));
  }

  @Test
  void twoRatiosShareTheirAccumulatedGradients() {
    PruneActivity.Result half = activities.prune(prune(0.5));
    List<String> gradients = gradients();
    PruneActivity.Result quarter = activities.prune(prune(0.25));

    assertThat(gradients).hasSize(1);
    assertThat(gradients()).isEqualTo(gradients);
    assertThat(quarter.reused()).isFalse();
    assertThat(quarter.network()).isNotEqualTo(half.network());
    assertThat(quarter.parametersAfter())
        .isBetween(half.parametersAfter() + 1, half.parametersBefore() - 1);
  }

  @Test
  void onlyTheFirstTimestepsCountWhereThePlanSaysSo() {
    PruneActivity.Result all = activities.prune(prune(0.5));
    PruneConfig first =
        StageBench.json(
            PruneConfig.class,
            "{\"threshold\": 0, \"calibrationImages\": 4, \"timestepStride\": 250, \"seed\": 1,"
                + " \"timesteps\": 300}");
    PruneActivity.Result two =
        activities.prune(new PruneActivity.Request("run", DENSE, StageBench.DATA, first));

    assertThat(all.timestepsUsed()).isEqualTo(4);
    assertThat(two.timestepsUsed()).isEqualTo(2);
    assertThat(gradients()).hasSize(2);
  }

  @Test
  void aTaughtNetworkIsAnotherOneThanOneThatIsNot() {
    PruneActivity.Result pruned = activities.prune(prune(0.5));
    FinetuneActivity.Request alone = finetune(pruned.network(), 2);
    FinetuneConfig taught =
        StageBench.json(
            FinetuneConfig.class,
            "{\"steps\": 2, \"batch\": 4, \"dropout\": 0.1, \"distillation\": 0.7}");
    FinetuneActivity.Result byTeacher =
        activities.finetune(
            new FinetuneActivity.Request("run", alone.network(), alone.data(), taught, DENSE));
    assertThat(byTeacher.network()).isNotEqualTo(activities.finetune(alone).network());
    assertThat(stages.stored(byTeacher.network()).manifest().inputs()).hasSize(3);
    assertThat(byTeacher.loss()).isFinite().isPositive();
  }

  @Test
  void theDenseNetworkIsItsOwnLikenessWhateverTheBatch() throws Exception {
    EvaluateActivity.Result whole = activities.evaluate(evaluate(DENSE, 6));
    EvaluateActivity.Result split = activities.evaluate(evaluate(DENSE, 4));

    assertThat(whole.ssim()).isEqualTo(1);
    assertThat(split.evaluation()).isNotEqualTo(whole.evaluation());
    assertThat(samples(split)).isEqualTo(samples(whole));
    assertThat(split.frechetDistance()).isCloseTo(whole.frechetDistance(), within(1e-6));
  }

  @Test
  void anEvaluationOnAnotherShelfFindsTheSameNumbers(@TempDir Path elsewhere) throws Exception {
    StageBench other = new StageBench(elsewhere);
    EvaluateActivity.Result first = activities.evaluate(evaluate(DENSE, 6));
    EvaluateActivity.Result second;
    try (InActivity again = new InActivity(other.bench)) {
      second = again.evaluate(evaluate(DENSE, 6));
    }

    assertThat(second.reused()).isFalse();
    assertThat(second.evaluation()).isEqualTo(first.evaluation());
    assertThat(second.frechetDistance()).isEqualTo(first.frechetDistance());
    assertThat(other.stored(second.evaluation()).bytes("samples.safetensors"))
        .isEqualTo(samples(first));
  }

  private byte[] samples(EvaluateActivity.Result result) {
    return stages.stored(result.evaluation()).bytes("samples.safetensors");
  }

  /** Keys of all accumulated gradients, with what tells one writing from another. */
  private List<String> gradients() {
    List<String> found = new ArrayList<>();
    stages
        .shelf
        .store()
        .listEverything("stages/prune")
        .forEach(
            object -> {
              if (object.key().endsWith("gradients.safetensors")) {
                found.add(object.key() + " " + object.etag());
              }
            });
    return found;
  }

  private static PruneActivity.Result reused(PruneActivity.Result r) {
    return new PruneActivity.Result(
        r.network(),
        r.parametersBefore(),
        r.parametersAfter(),
        r.macsBefore(),
        r.macsAfter(),
        r.timestepsUsed(),
        true,
        r.seconds());
  }

  private static SvsActivity.Result reused(SvsActivity.Result r) {
    return new SvsActivity.Result(
        r.network(), r.medianConditionBefore(), r.medianConditionAfter(), true, r.seconds());
  }

  private static FinetuneActivity.Result reused(FinetuneActivity.Result r) {
    return new FinetuneActivity.Result(
        r.network(), r.steps(), r.resumedFrom(), r.loss(), r.validationLoss(), true, r.seconds());
  }

  private static EvaluateActivity.Result reused(EvaluateActivity.Result r) {
    return new EvaluateActivity.Result(
        r.evaluation(),
        r.frechetDistance(),
        r.extractor(),
        r.ssim(),
        r.parameters(),
        r.macs(),
        r.imagesPerSecond(),
        true,
        r.seconds(),
        r.extractorSha256(),
        r.measures());
  }
}
