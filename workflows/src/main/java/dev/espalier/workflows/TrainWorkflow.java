package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;

/** Trains a network from random weights. */
@WorkflowInterface
public interface TrainWorkflow {
  /**
   * @param plan a {@link TrainPlan}; anything else fails the workflow at once with one line
   */
  @WorkflowMethod
  TrainActivity.Result run(@Nullable JsonNode plan);
}
