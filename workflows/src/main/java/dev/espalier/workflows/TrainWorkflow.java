package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;

/** Trains a network from random weights. It can be paused and extended. */
@WorkflowInterface
public interface TrainWorkflow extends Pausable, Extensible, Observed {
  /**
   * @param plan a {@link TrainPlan}; anything else fails the workflow at once with one line
   */
  @WorkflowMethod
  TrainActivity.Result run(@Nullable JsonNode plan);

  /** Whether the training is at work, paused or done. */
  @QueryMethod
  RunStatus status();

  /** The complete plan, with its extensions; null before the run begins. */
  @QueryMethod
  @Nullable TrainPlan plan();
}
