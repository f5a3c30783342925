package dev.espalier.workflows;

import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TimeoutFailure;

/**
 * A stage that failed for good, as its run tells of it: {@code finetune: loss is NaN at step 3},
 * where Temporal alone would say that an activity failed. What it was lies in the causes.
 */
public final class StageFailure {
  private StageFailure() {}

  /** The reason in one line, as the innermost cause gives it. */
  public static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) root = root.getCause();
    if (root instanceof ApplicationFailure application) return application.getOriginalMessage();
    if (root instanceof TimeoutFailure timeout) {
      return "timed out (" + timeout.getTimeoutType().name().replace("TIMEOUT_TYPE_", "") + ")";
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  /** What the run ends with; a cancellation stays one. */
  static RuntimeException of(String step, ActivityFailure failure) {
    if (failure.getCause() instanceof CanceledFailure) return failure;
    String type =
        failure.getCause() instanceof ApplicationFailure application
            ? application.getType()
            : "StageFailed";
    return ApplicationFailure.newBuilder()
        .setMessage(step + ": " + reason(failure))
        .setType(type)
        .setNonRetryable(true)
        .setCause(failure)
        .build();
  }
}
