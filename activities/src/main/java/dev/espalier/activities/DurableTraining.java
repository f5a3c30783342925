package dev.espalier.activities;

import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.finetune.TrainingListener;
import dev.espalier.compression.finetune.TrainingLoop;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training that goes on from the newest checkpoint that verifies, writes new ones, and takes its
 * state along when it is told to stop.
 */
final class DurableTraining implements TrainingListener {
  private static final Logger log = LoggerFactory.getLogger(DurableTraining.class);
  private static final String STATE = "state.safetensors";

  private final String stage;
  private final FinetuneConfig config;
  private final DurableStage.Step step;
  private final Checkpoints checkpoints;
  private CurveLog curve = new CurveLog();
  private int committed;
  private double loss = Double.NaN;

  /**
   * What a training came to.
   *
   * @param resumedFrom step of the checkpoint it went on from; 0 without one
   * @param loss of the last step; NaN if no step was left to do
   */
  record Trained(TrainingState state, CurveLog curve, int resumedFrom, double loss) {}

  private DurableTraining(String stage, FinetuneConfig config, DurableStage.Step step) {
    this.stage = stage;
    this.config = config;
    this.step = step;
    this.checkpoints = step.shelf().checkpoints(stage, step.key());
  }

  static Trained run(
      Torch.Session session,
      String stage,
      DurableStage.Step step,
      FinetuneConfig config,
      Supplier<TrainingState> start,
      Objective objective)
      throws IOException {
    DurableTraining training = new DurableTraining(stage, config, step);
    Optional<Checkpoints.Checkpoint> newest =
        training.checkpoints.newestVerified(Workbench.promisedCheckpoint());
    TrainingState from = newest.isPresent() ? training.resume(newest.get()) : start.get();
    int resumedFrom = from.step();
    if (resumedFrom > 0) log.info("{} {}: going on from step {}", stage, step.key(), resumedFrom);
    TrainingState end = TrainingLoop.run(session, from, config, objective, training);
    training.checkpoints.requireCurrent();
    return new Trained(end, training.curve, resumedFrom, training.loss);
  }

  private TrainingState resume(Checkpoints.Checkpoint checkpoint) throws IOException {
    StoredArtifact artifact = checkpoint.artifact();
    committed = checkpoint.step();
    curve = CurveLog.read(artifact.bytes(CurveLog.PART));
    return TrainingState.of(Safetensors.read(artifact.fetch(STATE)));
  }

  @Override
  public void step(Step done, Supplier<TrainingState> state) {
    loss = done.loss();
    curve.add(
        new CurveLog.Point(
            done.step(), done.loss(), done.gradientNorm(), done.learningRate(), null));
    step.meters()
        .step(done.step(), config.batch(), done.loss(), done.learningRate(), done.gradientNorm());
    try {
      step.liveness().beat(progress(done.step()));
    } catch (RuntimeException stop) {
      takeAlong(done.step(), state, stop);
      throw stop;
    }
  }

  /** Saves the state of a training that is told to stop, if this attempt still may. */
  private void takeAlong(int at, Supplier<TrainingState> state, RuntimeException stop) {
    step.liveness().ending();
    try {
      if (at > committed && at < config.steps()) commit(at, state.get());
    } catch (RuntimeException e) {
      stop.addSuppressed(e);
    }
  }

  @Override
  public void validation(int at, double validationLoss) {
    curve.add(new CurveLog.Point(at, null, null, null, validationLoss));
    step.meters().validationLoss(validationLoss);
  }

  @Override
  public void checkpoint(int at, Supplier<TrainingState> state) {
    try {
      commit(at, state.get());
    } catch (RuntimeException e) {
      step.meters().checkpointFailed();
      throw e;
    }
    step.liveness().send(progress(at));
  }

  private void commit(int at, TrainingState state) {
    long began = System.nanoTime();
    Safetensors.Content content = state.toContent();
    StoredArtifact stored =
        checkpoints
            .stage(at)
            .add(STATE, content.tensors(), content.metadata())
            .add(CurveLog.PART, curve.bytes())
            .commit();
    committed = at;
    step.meters().checkpoint(stored.manifest().size(), Duration.ofNanos(System.nanoTime() - began));
  }

  private StageProgress progress(int at) {
    return new StageProgress(stage, at, config.steps(), loss, committed);
  }
}
