package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import org.jspecify.annotations.Nullable;

/**
 * A run whose training can be made longer as long as it is not over. What comes out is what the
 * longer training would have come to, had it been asked for at first.
 */
@WorkflowInterface
public interface Extensible {
  /** Update: as {@link #extend}. */
  String EXTEND = "extend";

  /**
   * Lengthens the training; one that is at work saves its state and goes on from there.
   *
   * @param request an {@link Extension}, such as {@code {"steps": 100}}
   * @return the old and the new number of steps, in one line
   */
  @UpdateMethod(name = EXTEND, description = "More training steps: {\"steps\": 100}.")
  String extend(@Nullable JsonNode request);

  /** Refuses what is no {@link Extension}, and any once the training is over. */
  @UpdateValidatorMethod(updateName = EXTEND)
  void checkExtend(@Nullable JsonNode request);

  /** As {@link #extend}; one that would be refused does nothing. */
  @SignalMethod(name = EXTEND, description = "As the update of this name.")
  void extendSignal(@Nullable JsonNode request);
}
