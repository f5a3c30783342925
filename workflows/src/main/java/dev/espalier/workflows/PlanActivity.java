package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

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
}
