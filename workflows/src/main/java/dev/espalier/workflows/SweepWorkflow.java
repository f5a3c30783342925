package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A grid of plans, each run by a {@link CompressionWorkflow} of its own. A pause is handed to the
 * arms at work, and no further arm is started meanwhile.
 */
@WorkflowInterface
public interface SweepWorkflow extends Pausable {
  /**
   * @param sweep a {@link SweepPlan}; anything else fails the workflow at once with one line
   */
  @WorkflowMethod
  SweepResult run(@Nullable JsonNode sweep);

  /** Every arm, best Fréchet distance first, those without one last. */
  @QueryMethod
  List<SweepArm> leaderboard();
}
