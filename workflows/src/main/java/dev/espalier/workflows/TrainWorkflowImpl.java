package dev.espalier.workflows;

import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.Workflow;
import org.jspecify.annotations.Nullable;

/** One stage. */
public final class TrainWorkflowImpl implements TrainWorkflow {
  @Override
  public TrainActivity.Result run(@Nullable JsonNode request) {
    return surfacing(() -> train(TrainPlan.of(request)));
  }

  private static TrainActivity.Result train(TrainPlan plan) {
    RunSteps steps = new RunSteps();
    steps.title(plan.name());
    steps.expect("train", Summaries.of(plan.finetune()));
    TrainActivity activity =
        Workflow.newActivityStub(TrainActivity.class, StageOptions.device(steps.summary("train")));
    TrainActivity.Request request =
        new TrainActivity.Request(
            Workflow.getInfo().getWorkflowId(), plan.network(), plan.data(), plan.finetune());
    return steps.run("train", () -> activity.train(request), Summaries::of);
  }
}
