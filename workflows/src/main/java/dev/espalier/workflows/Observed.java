package dev.espalier.workflows;

import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import org.jspecify.annotations.Nullable;

/** A run that is told by its stage at work how far that is, and shows it. */
@WorkflowInterface
public interface Observed {
  /** Signal: as {@link #progress}. */
  String PROGRESS = "progress";

  /**
   * Shows it in the run's details. Stages send it seldom, since each costs events of the history;
   * the heartbeats of the pending activity are closer to the moment. One without an argument does
   * nothing.
   */
  @SignalMethod(name = PROGRESS, description = "How far the stage at work is; sent by the stage.")
  void progress(@Nullable Progress progress);
}
