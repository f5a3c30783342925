package dev.espalier.workflows;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;

/**
 * A run that can be held and let go on. Ending it early is Temporal's own cancellation, also while
 * it is paused. Each request is an update, which answers or refuses in one line, and a signal of
 * the same name for those who cannot wait for an answer; a signal that asks for nothing new does
 * nothing.
 */
@WorkflowInterface
public interface Pausable {
  /** Update: as {@link #pause}. */
  String PAUSE = "pause";

  /** Update: as {@link #resume}. */
  String RESUME = "resume";

  /**
   * Holds the run: the stage on the device saves its state and ends, and nothing new begins.
   *
   * @return once the device is free, what is held, in one line
   */
  @UpdateMethod(name = PAUSE, description = "Save, free the device and wait. No argument.")
  String pause();

  /** Refuses a pause of a run that is paused. */
  @UpdateValidatorMethod(updateName = PAUSE)
  void checkPause();

  @SignalMethod(name = PAUSE, description = "As the update of this name.")
  void pauseSignal();

  /**
   * Lets the run go on from where it was held.
   *
   * @return what goes on, in one line
   */
  @UpdateMethod(name = RESUME, description = "Go on from the saved state. No argument.")
  String resume();

  /** Refuses to resume a run that is not paused. */
  @UpdateValidatorMethod(updateName = RESUME)
  void checkResume();

  @SignalMethod(name = RESUME, description = "As the update of this name.")
  void resumeSignal();

  /** Whether a pause was asked for and not yet ended. */
  @QueryMethod
  boolean paused();
}
