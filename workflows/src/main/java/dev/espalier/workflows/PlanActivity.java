package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;

/** Turns what a person asked for into a complete plan. */
@ActivityInterface
public interface PlanActivity {
  /**
   * Completes the request by {@link PlanRequest#resolve} and checks that its network, data and
   * extractor exist.
   *
   * @throws dev.espalier.compression.InvalidInput in one line; ends the workflow with it
   */
  @ActivityMethod(name = "Plan")
  CompressionPlan resolve(JsonNode request);

  /**
   * Completes and checks the plans of a sweep's arms, as many as fit one call.
   *
   * @throws dev.espalier.compression.InvalidInput in one line that names the arm; ends the workflow
   *     with it
   */
  @ActivityMethod(name = "PlanArms")
  ArmIds arms(Arms request);

  /**
   * @param sweep a {@link SweepPlan} as it was written
   * @param from number of the first point to be looked at, of {@link SweepPlan#points}
   */
  record Arms(JsonNode sweep, int from) {}

  /**
   * @param ids of the points that were looked at: {@link CompressionPlan#fingerprint} for each rung
   */
  record ArmIds(List<List<String>> ids) {}
}
