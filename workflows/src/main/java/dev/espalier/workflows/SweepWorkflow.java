package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many plans, each run by a {@link CompressionWorkflow} of its own. A pause is handed to the arms
 * at work, and no further arm is started meanwhile.
 */
@WorkflowInterface
public interface SweepWorkflow extends Pausable {
  /**
   * @param sweep a {@link SweepPlan}; anything else fails the workflow at once with one line
   */
  @WorkflowMethod
  SweepResult run(@Nullable JsonNode sweep);

  /** The arms, best first, those without a result last; at most {@link SweepResult#MOST_ARMS}. */
  @QueryMethod
  List<SweepArm> leaderboard();

  /** How far it is. */
  @QueryMethod
  SweepProgress progress();

  /**
   * Sets how many arms may be at work at once. Those at work stay so.
   *
   * @param most 1 to {@link SweepPlan#MOST_PARALLEL}
   * @return what was changed, in one line
   */
  @UpdateMethod
  String parallel(int most);

  @UpdateValidatorMethod(updateName = "parallel")
  void checkParallel(int most);
}
