package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a sweep hands on when it continues as new, in the field {@code continued} of its request. At
 * that moment no arm is at work.
 *
 * @param ids of every point, one hash for each rung, in their order
 * @param found values of the points that a search has found by results
 * @param ended every arm that has ended, in the order in which they did
 * @param parallel as it was last set
 * @param paused whether it was told to pause
 */
record SweepState(
    List<List<String>> ids,
    List<Map<String, JsonNode>> found,
    List<Ended> ended,
    int parallel,
    boolean paused,
    int stagesRun,
    int stagesSaved) {
  private static final String FIELD = "continued";

  /**
   * One arm that has ended on one rung.
   *
   * @param score absent where it failed
   * @param note why it failed
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Ended(int arm, int rung, SweepArm.@Nullable Score score, @Nullable String note) {}

  /** The request with this in it. */
  JsonNode in(ObjectNode request) {
    ObjectNode next = request.deepCopy();
    next.set(FIELD, Json.MAPPER.valueToTree(this));
    return next;
  }

  /** Takes it out of a request, if it is in there. */
  static Optional<SweepState> takeFrom(ObjectNode request) {
    JsonNode carried = request.remove(FIELD);
    return Optional.ofNullable(carried)
        .map(state -> Json.bind(state, SweepState.class, "sweep." + FIELD));
  }
}
