package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands.
 *
 * @param run id of its workflow
 * @param stage name of the step at work or held; absent before the first and after the last
 * @param done finished steps
 * @param total steps in all; 1 until the plan is resolved
 * @param steps every step, in order
 * @param paused whether a pause was asked for; the stage may still be saving its state
 */
public record RunStatus(
    String run,
    @Nullable String stage,
    int done,
    int total,
    List<Step> steps,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean paused) {
  public RunStatus {
    steps = List.copyOf(steps);
  }

  /** How far one step is. */
  public enum State {
    WAITING,
    RUNNING,
    /** Begun or next, and held until the run is resumed. */
    PAUSED,
    DONE,
    FAILED
  }

  /**
   * @param name such as {@code prune} or {@code evaluate pruned}
   * @param summary the setting in a few words, such as {@code diff-pruning · 50 %}
   * @param result the activity's result record; absent until it is there
   */
  public record Step(String name, String summary, State state, @Nullable JsonNode result) {}
}
