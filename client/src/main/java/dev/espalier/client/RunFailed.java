package dev.espalier.client;

import dev.espalier.workflows.StageFailure;
import io.temporal.client.WorkflowFailedException;
import io.temporal.failure.CanceledFailure;

/** A run that came to no result. Its message is the reason in one line; the causes tell more. */
public final class RunFailed extends RuntimeException {
  private final boolean cancelled;

  RunFailed(WorkflowFailedException failure) {
    super(StageFailure.reason(failure), failure);
    this.cancelled = failure.getCause() instanceof CanceledFailure;
  }

  /** Whether somebody asked it to end. */
  public boolean cancelled() {
    return cancelled;
  }
}
