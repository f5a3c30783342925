package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;

/**
 * One network, one plan: prune, svs, finetune, evaluate. It can be paused, and the last finetune of
 * its plan can be extended.
 */
@WorkflowInterface
public interface CompressionWorkflow extends Pausable, Extensible, Observed {
  /**
   * @param plan nothing, {@code {}}, {@code {"recipe": "…"}} with or without overriding fields, or
   *     a full plan ({@link PlanRequest}); anything else fails the workflow at once with one line
   */
  @WorkflowMethod
  CompressionResult run(@Nullable JsonNode plan);

  /** Which stage is at work and what the finished ones came to. */
  @QueryMethod
  RunStatus status();

  /** The complete plan, with its extensions; null until it is resolved. */
  @QueryMethod
  @Nullable CompressionPlan plan();
}
