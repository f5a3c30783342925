package dev.espalier.workflows;

import static dev.espalier.workflows.Gate.refuse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.finetune.FinetuneConfig;
import io.temporal.workflow.Workflow;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a run with one training in it does when it is asked to pause, to go on, or to train longer.
 *
 * @param <P> its plan
 */
abstract class ControlledRun<P> implements Pausable, Extensible, Observed {
  private static final Logger log = Workflow.getLogger(ControlledRun.class);

  final Gate gate = new Gate();
  final RunSteps steps;

  /** The complete plan, as it is now; null until there is one. */
  @Nullable P plan;

  private final String training;

  /**
   * @param training name of the step that trains
   * @param view how it is seen from outside
   */
  ControlledRun(String training, RunView view) {
    this.training = training;
    this.steps = new RunSteps(gate, view);
  }

  /** The plan with a longer training; refuses one that may not be. */
  abstract P extended(P plan, Extension more);

  /** The settings of the plan's training. */
  abstract FinetuneConfig trainingOf(P plan);

  final P resolved() {
    return Objects.requireNonNull(plan, "the plan");
  }

  @Override
  public void progress(@Nullable Progress progress) {
    if (progress != null) steps.progress(progress);
  }

  @Override
  public String pause() {
    steps.pause();
    return steps.awaitHeld();
  }

  @Override
  public void checkPause() {
    InvalidInputFailure.validating(gate::checkPause);
  }

  @Override
  public void pauseSignal() {
    steps.pause();
  }

  @Override
  public String resume() {
    return steps.resume();
  }

  @Override
  public void checkResume() {
    InvalidInputFailure.validating(gate::checkResume);
  }

  @Override
  public void resumeSignal() {
    steps.resume();
  }

  @Override
  public boolean paused() {
    return gate.paused();
  }

  @Override
  public String extend(@Nullable JsonNode request) {
    P before = resolved();
    P longer = extended(before, Extension.of(request));
    plan = longer;
    steps.change(training, Summaries.of(trainingOf(longer)));
    return Extension.line(training, trainingOf(before), trainingOf(longer));
  }

  @Override
  public void checkExtend(@Nullable JsonNode request) {
    InvalidInputFailure.validating(() -> check(request));
  }

  private void check(@Nullable JsonNode request) {
    Extension more = Extension.of(request);
    refuse(plan == null, "the plan is not resolved yet; try again in a moment");
    extended(resolved(), more);
    refuse(
        !steps.open(training),
        training + " is over; `espalier extend` starts a longer run of the same plan");
  }

  @Override
  public void extendSignal(@Nullable JsonNode request) {
    Workflow.await(() -> plan != null);
    try {
      checkExtend(request);
    } catch (InvalidInput e) {
      log.warn("signal to extend ignored: {}", e.getMessage());
      return;
    }
    extend(request);
  }
}
