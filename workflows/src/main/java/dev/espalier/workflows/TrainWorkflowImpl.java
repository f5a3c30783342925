package dev.espalier.workflows;

import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.finetune.FinetuneConfig;
import io.temporal.workflow.Workflow;
import org.jspecify.annotations.Nullable;

/** One stage. */
public final class TrainWorkflowImpl extends ControlledRun<TrainPlan> implements TrainWorkflow {
  private static final String TRAIN = "train";

  /** A run that has not begun, without search attributes and links. */
  public TrainWorkflowImpl() {
    this(RunView.PLAIN);
  }

  /** A run that has not begun. */
  public TrainWorkflowImpl(RunView view) {
    super(TRAIN, view);
  }

  @Override
  public TrainActivity.Result run(@Nullable JsonNode request) {
    return gate.until(() -> steps.until(() -> surfacing(() -> train(TrainPlan.of(request)))));
  }

  private TrainActivity.Result train(TrainPlan asked) {
    steps.title(asked.name());
    steps.fields().set(SearchFields.METHOD, "training");
    steps.expect(TRAIN, Summaries.of(asked.finetune()));
    plan = asked;
    TrainActivity.Result result =
        steps.onDevice(TRAIN, this::request, this::activity, Summaries::of);
    steps.fields().set(SearchFields.STEP, (long) result.steps());
    return result;
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

  @Override
  TrainPlan extended(TrainPlan plan, Extension more) {
    return plan.extended(more);
  }

  @Override
  FinetuneConfig trainingOf(TrainPlan plan) {
    return plan.finetune();
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
