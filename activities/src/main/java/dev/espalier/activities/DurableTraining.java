package dev.espalier.activities;

import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.Line;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.finetune.DivergedLoss;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.finetune.Restart;
import dev.espalier.compression.finetune.TrainingListener;
import dev.espalier.compression.finetune.TrainingLoop;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training that goes on from the newest checkpoint that verifies, its own or one of its {@link
 * TrainingLine}, and writes new ones beside its steps: the loop waits for a copy of the state, the
 * rest is the {@link CheckpointWriter}'s. What that fails with, the next step throws. The last
 * state is committed in any case: at the end, and when a heartbeat tells the training to stop.
 */
final class DurableTraining implements TrainingListener, CheckpointWriter.Committed, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DurableTraining.class);

  private final String stage;
  private final FinetuneConfig config;
  private final DurableStage.Step step;
  private final String environment;
  private final Supplier<TrainingState> start;
  private final Checkpoints checkpoints;
  private final CheckpointWriter writer;
  private final CheckpointRhythm rhythm;
  private final @Nullable Line line;
  private CurveLog curve = new CurveLog();
  private List<Section> sections = List.of();
  private List<Resume> resumes = List.of();
  private List<Restart> restarts = List.of();
  private @Nullable String extended;
  private boolean stretched;
  private volatile int committed;
  private int told;

  /**
   * What a training came to.
   *
   * @param resumedFrom step of the checkpoint it went on from; 0 without one
   * @param extended key of the other training whose checkpoint that was, if any
   * @param sections what its steps ran on
   * @param resumes every interruption it went on from
   * @param stallSeconds for which this attempt's steps waited for copies of the state
   * @param checkpoints begun by this attempt
   */
  record Trained(
      TrainingState state,
      CurveLog curve,
      int resumedFrom,
      @Nullable String extended,
      List<Section> sections,
      List<Resume> resumes,
      double stallSeconds,
      int checkpoints) {}

  private DurableTraining(
      Torch.Session session,
      String stage,
      DurableStage.Step step,
      FinetuneConfig config,
      Supplier<TrainingState> start) {
    this.stage = stage;
    this.config = config;
    this.step = step;
    this.environment = session.environment();
    this.start = start;
    this.checkpoints = claim(step, stage, config);
    this.writer = new CheckpointWriter(checkpoints, this);
    this.rhythm = new CheckpointRhythm(config, System::nanoTime);
    this.line = config.canBeExtended() ? TrainingLine.join(step, config) : null;
  }

  /** Only the training's own waits for the store are signs of life, and can be interrupted. */
  private static Checkpoints claim(DurableStage.Step step, String stage, FinetuneConfig config) {
    Thread loop = Thread.currentThread();
    Liveness liveness = step.liveness();
    Shelf shelf =
        step.shelf()
            .beating(
                () -> {
                  if (Thread.currentThread() == loop) liveness.beat();
                });
    return shelf.checkpoints(stage, step.key(), config.keep());
  }

  static Trained run(
      Torch.Session session,
      String stage,
      DurableStage.Step step,
      FinetuneConfig config,
      Supplier<TrainingState> start,
      Objective objective)
      throws IOException {
    try (DurableTraining training = new DurableTraining(session, stage, step, config, start)) {
      return training.run(session, objective);
    }
  }

  private Trained run(Torch.Session session, Objective objective) throws IOException {
    TrainingState from = begin();
    int resumedFrom = from.step();
    step.meters().training(resumedFrom, config.steps());
    TrainingState end = null;
    while (end == null) {
      begin(from);
      try {
        end = TrainingLoop.run(session, from, config, objective, this);
      } catch (DivergedLoss e) {
        from = takenBack(e);
      }
    }
    commitLast(end);
    checkpoints.requireCurrent();
    return new Trained(
        end,
        curve,
        resumedFrom,
        extended,
        sections,
        resumes,
        rhythm.stallSeconds(),
        rhythm.taken());
  }

  private void commitLast(TrainingState end) {
    try {
      writer.await(step.liveness()::beat);
      if (end.step() <= committed) return;
      writer.begin(snapshot(end));
      writer.await(step.liveness()::beat);
    } catch (RuntimeException stop) {
      takeAlong(end.step(), () -> end, stop);
      throw stop;
    }
  }

  /** The state to go on from. */
  private TrainingState begin() throws IOException {
    Optional<StageProgress> heard = Workbench.lastHeard();
    Optional<Checkpoints.Checkpoint> own =
        checkpoints.newestVerified(heard.map(StageProgress::checkpoint).orElse(0));
    if (own.isEmpty()) return shared(config.steps()).orElseGet(start);
    committed = own.get().step();
    resumes =
        CheckpointNumbers.of(own.get().artifact())
            .resumed(committed, heard.map(StageProgress::step).orElse(0L));
    return read(own.get());
  }

  /** Sets the steps beyond {@code from} going. */
  private void begin(TrainingState from) {
    restarts = from.restarts();
    curve.note(restarts, from.step());
    rhythm.from(from.step());
    if (from.step() > 0) log.info("{} {}: going on from step {}", stage, step.key(), from.step());
    List<Section> before = sections;
    sections = Section.on(before, from.step(), environment);
    if (!before.isEmpty() && sections.size() > before.size()) {
      log.warn(
          "{} {}: steps up to {} ran on {}, the rest on {}: the result is not bit for bit that of"
              + " an uninterrupted training",
          stage,
          step.key(),
          from.step(),
          before.get(before.size() - 1).environment(),
          environment);
    }
  }

  private TrainingState read(Checkpoints.Checkpoint checkpoint) throws IOException {
    StoredArtifact artifact = checkpoint.artifact();
    CheckpointNumbers numbers = CheckpointNumbers.of(artifact);
    // From where it was fetched and verified: its owner may delete it in the store meanwhile.
    curve = CurveLog.read(Files.readAllBytes(artifact.fetch(CurveLog.PART)));
    sections = numbers.sections();
    extended = numbers.extended();
    return TrainingState.of(Safetensors.read(artifact.fetch(CheckpointWriter.STATE)));
  }

  /** The newest state of at most {@code most} steps that another training of the line has. */
  private Optional<TrainingState> shared(int most) throws IOException {
    forget();
    if (line == null) return Optional.empty();
    for (Iterator<Line.Shared> i = line.upTo(most).iterator(); i.hasNext(); ) {
      Line.Shared shared = i.next();
      TrainingState state = read(shared.checkpoint());
      curve = curve.asAskedBy(config);
      boolean whole = state.step() < config.steps() || curve.validatedAt(state.step());
      if (whole && TrainingLine.serves(state, shared.config(), config)) {
        log.info("{} {}: extends {} from step {}", stage, step.key(), shared.key(), state.step());
        extended = shared.key();
        return Optional.of(state);
      }
    }
    forget();
    return Optional.empty();
  }

  private void forget() {
    curve = new CurveLog();
    sections = List.of();
    extended = null;
  }

  /** The state before a divergence, from which to go on with a lower learning rate. */
  private TrainingState takenBack(DivergedLoss diverged) throws IOException {
    if (!config.restores()) throw diverged;
    if (restarts.size() == Restart.MOST) throw new DivergedLoss(diverged, Restart.MOST);
    Restart restart = Restart.of(config, diverged.step());
    List<Restart> all = new ArrayList<>(restarts);
    all.add(restart);
    log.warn(
        "{} {}: {}; back to step {}, from there with half the learning rate (restart {} of {})",
        stage,
        step.key(),
        diverged.getMessage(),
        restart.after(),
        all.size(),
        Restart.MOST);
    writer.await(step.liveness()::beat);
    Optional<Checkpoints.Checkpoint> own = checkpoints.newestUpTo(restart.after());
    TrainingState back =
        own.isPresent() ? read(own.get()) : shared(restart.after()).orElseGet(start);
    return back.with(all);
  }

  @Override
  public void step(Step done, Supplier<TrainingState> state) {
    int at = done.step();
    curve.add(CurveLog.Point.loss(at, done.loss(), done.gradientNorm(), done.learningRate()));
    curve.note(restarts, at);
    step.meters().step(at, config.batch(), done.loss(), done.learningRate(), done.gradientNorm());
    writer.check();
    try {
      tell(new StageProgress(stage, at, config.steps(), done.loss(), committed));
      holdBack(at);
    } catch (RuntimeException stop) {
      takeAlong(at, state, stop);
      throw stop;
    }
    if (at < config.steps() && rhythm.due(at) && !writer.busy() && !checkpoints.lists(at)) {
      if (rhythm.affordable()) copy(at, state);
      else stretch();
    }
  }

  /** A checkpoint that was committed since is told at once. */
  private void tell(StageProgress progress) {
    if (progress.checkpoint() == told) {
      step.liveness().beat(progress);
    } else {
      told = progress.checkpoint();
      step.liveness().send(progress);
    }
  }

  /** Waits for a checkpoint that is late, as far as the guard lets it, and gives signs of life. */
  private void holdBack(int at) {
    while (at < config.steps()
        && rhythm.late(at)
        && writer.busy()
        && rhythm.affordable()
        && !Thread.currentThread().isInterrupted()) {
      long began = System.nanoTime();
      writer.await(rhythm.room());
      double seconds = (System.nanoTime() - began) * 1e-9;
      rhythm.waited(seconds);
      step.meters().checkpointStall(seconds);
      step.liveness().beat();
    }
    if (!writer.busy()) rhythm.settled(at);
  }

  private void copy(int at, Supplier<TrainingState> state) {
    long began = System.nanoTime();
    writer.begin(snapshot(state.get()));
    double seconds = (System.nanoTime() - began) * 1e-9;
    rhythm.took(at, seconds);
    step.meters().checkpointStall(seconds);
  }

  private CheckpointWriter.Snapshot snapshot(TrainingState state) {
    return new CheckpointWriter.Snapshot(
        state, curve.copy(), CheckpointNumbers.of(sections, extended, curve, resumes));
  }

  private void stretch() {
    if (stretched) return;
    stretched = true;
    log.warn(
        "{} {}: {} copies of the state took {} s; checkpoints come later than planned, so that"
            + " copying takes no more than {} % of the training",
        stage,
        step.key(),
        rhythm.taken(),
        rhythm.stallSeconds(),
        100 * CheckpointRhythm.LARGEST_SHARE);
  }

  /** Saves the state of a training that is told to stop, if this attempt still may. */
  private void takeAlong(int at, Supplier<TrainingState> state, RuntimeException stop) {
    step.liveness().ending();
    try {
      settle(stop);
      if (at == committed || checkpoints.lists(at)) return;
      writer.begin(snapshot(state.get()));
      writer.await(step.liveness()::beat);
      log.info("{} {}: stopped, step {} is committed", stage, step.key(), at);
    } catch (RuntimeException e) {
      log.warn("{} {}: step {} could not be taken along: {}", stage, step.key(), at, e.toString());
      stop.addSuppressed(e);
    }
  }

  /** Waits for the checkpoint in flight; a store's trouble with it is not the last word. */
  private void settle(RuntimeException stop) {
    try {
      writer.await(step.liveness()::beat);
    } catch (StaleAttempt e) {
      throw e;
    } catch (RuntimeException e) {
      stop.addSuppressed(e);
    }
  }

  @Override
  public void validation(int at, double validationLoss) {
    curve.add(CurveLog.Point.validation(at, validationLoss));
    step.meters().validationLoss(validationLoss);
  }

  /** See {@link CheckpointRhythm}. */
  @Override
  public void checkpoint(int at, Supplier<TrainingState> state) {}

  @Override
  public void committed(int at, long bytes, Duration took) {
    committed = at;
    step.meters().checkpoint(at, bytes, took);
  }

  @Override
  public void failed() {
    step.meters().checkpointFailed();
  }

  /** Also of a training that failed, the checkpoint in flight is committed. */
  @Override
  public void close() {
    writer.close();
  }
}
