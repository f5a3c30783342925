package dev.espalier.workflows;

import static dev.espalier.workflows.Gate.refuse;
import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import io.temporal.workflow.Workflow;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** One stage. */
public final class TrainWorkflowImpl implements TrainWorkflow {
  private static final String TRAIN = "train";
  private static final Logger log = Workflow.getLogger(TrainWorkflowImpl.class);

  private final Gate gate = new Gate();
  private final RunSteps steps = new RunSteps(gate);
  private @Nullable TrainPlan plan;

  @Override
  public TrainActivity.Result run(@Nullable JsonNode request) {
    return gate.until(() -> surfacing(() -> train(TrainPlan.of(request))));
  }

  private TrainActivity.Result train(TrainPlan asked) {
    steps.title(asked.name());
    steps.expect(TRAIN, Summaries.of(asked.finetune()));
    plan = asked;
    return steps.onDevice(TRAIN, this::request, this::activity, Summaries::of);
  }

  private TrainActivity.Request request() {
    TrainPlan now = resolved();
    return new TrainActivity.Request(
        Workflow.getInfo().getWorkflowId(), now.network(), now.data(), now.finetune());
  }

  private TrainActivity.Result activity(TrainActivity.Request request) {
    return Workflow.newActivityStub(TrainActivity.class, StageOptions.device(steps.summary(TRAIN)))
        .train(request);
  }

  private TrainPlan resolved() {
    return Objects.requireNonNull(plan, "the plan");
  }

  @Override
  public String pause() {
    steps.pause();
    return steps.awaitHeld();
  }

  @Override
  public void checkPause() {
    gate.checkPause();
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
    gate.checkResume();
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
    TrainPlan before = resolved();
    TrainPlan longer = before.extended(Extension.of(request));
    plan = longer;
    steps.change(TRAIN, Summaries.of(longer.finetune()));
    return Extension.line(TRAIN, before.finetune(), longer.finetune());
  }

  @Override
  public void checkExtend(@Nullable JsonNode request) {
    Extension more = Extension.of(request);
    refuse(plan == null, "the run has not begun yet; try again in a moment");
    refuse(
        !steps.open(TRAIN),
        "the training is over; `espalier extend` starts a longer one of the same plan");
    resolved().extended(more);
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

  @Override
  public RunStatus status() {
    return steps.status();
  }

  @Override
  public @Nullable TrainPlan plan() {
    return plan;
  }
}
