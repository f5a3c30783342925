package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Turns what a person asked for into a complete plan. */
@ActivityInterface
public interface PlanActivity {
  /**
   * Completes the request by {@link PlanRequest#resolve} and checks that its network, data and
   * extractor exist.
   *
   * @throws InvalidInput in one line; ends the workflow with it
   */
  @ActivityMethod(name = "Plan")
  CompressionPlan resolve(JsonNode request);

  /**
   * Completes and checks the plans of a sweep's arms, as many as fit one call.
   *
   * @throws InvalidInput in one line that names the arm; ends the workflow with it
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
  record ArmIds(List<List<String>> ids) {
    /** Points that one call looks at. */
    private static final int MOST_POINTS = 500;

    /**
     * Looks at some points.
     *
     * @param complete makes a complete plan of an arm's request, or throws
     * @throws InvalidInput naming the arm
     */
    public static ArmIds of(Arms asked, Function<JsonNode, CompressionPlan> complete) {
      SweepPlan sweep = SweepPlan.of(asked.sweep());
      return new ArmIds(
          sweep.points().stream()
              .skip(asked.from())
              .limit(MOST_POINTS)
              .map(point -> ids(sweep, point, complete))
              .toList());
    }

    private static List<String> ids(
        SweepPlan sweep, SweepPlan.Point point, Function<JsonNode, CompressionPlan> complete) {
      try {
        return IntStream.range(0, sweep.rungCount())
            .mapToObj(rung -> complete.apply(sweep.atRung(point.request(), rung)))
            .map(plan -> sweep.checked(plan).fingerprint())
            .toList();
      } catch (InvalidInput e) {
        throw new InvalidInput("arm " + point.label() + ": " + e.getMessage(), e);
      }
    }
  }
}
