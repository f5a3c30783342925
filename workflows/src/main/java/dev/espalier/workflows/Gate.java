package dev.espalier.workflows;

import dev.espalier.compression.InvalidInput;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a run may go on, and the activity it has on the device, which can be interrupted: it is
 * cancelled, saves its state, and is called again later.
 */
final class Gate {
  private boolean paused;
  private boolean over;
  private boolean interrupted;
  private @Nullable CancellationScope atWork;

  boolean paused() {
    return paused;
  }

  boolean over() {
    return over;
  }

  void checkPause() {
    refuse(over, "the run is over");
    refuse(paused, "the run is paused already");
  }

  void checkResume() {
    refuse(over, "the run is over");
    refuse(!paused, "the run is not paused");
  }

  /** Refuses what a validator is asked for. */
  static void refuse(boolean condition, String line) {
    InvalidInput.require(!condition, "%s", line);
  }

  void pause() {
    paused = true;
    interrupt();
  }

  void resume() {
    paused = false;
  }

  /** Ends the activity at work, if any, so that it is called again. */
  void interrupt() {
    if (atWork == null || interrupted) return;
    interrupted = true;
    atWork.cancel("interrupted");
  }

  /**
   * Waits as long as the run is paused.
   *
   * @throws io.temporal.failure.CanceledFailure if it is cancelled meanwhile
   */
  void pass() {
    Workflow.await(() -> !paused);
  }

  /**
   * Calls an activity.
   *
   * @return nothing if it was interrupted: its result would have come had it not been
   */
  <R> Optional<R> call(Supplier<R> activity) {
    List<R> result = new ArrayList<>(1);
    CancellationScope scope = Workflow.newCancellationScope(() -> result.add(activity.get()));
    interrupted = false;
    atWork = scope;
    try {
      scope.run();
      return Optional.of(result.get(0));
    } catch (ActivityFailure e) {
      boolean cancelled = CancellationScope.current().isCancelRequested();
      if (cancelled || !interrupted || forGood(e)) throw e;
      return Optional.empty();
    } finally {
      atWork = null;
    }
  }

  /**
   * Whether the activity would have failed without the interruption too. Otherwise it was
   * cancelled, or could not save its state, or its worker was lost: it goes on from its last
   * checkpoint.
   */
  private static boolean forGood(ActivityFailure failure) {
    return failure.getRetryState() == RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE
        || (failure.getCause() instanceof ApplicationFailure cause && cause.isNonRetryable());
  }

  /**
   * A run's whole body: whatever its end, it is over for those who ask, and they get their answers
   * before it ends.
   */
  <R> R until(Supplier<R> body) {
    try {
      return body.get();
    } finally {
      over = true;
      Workflow.newDetachedCancellationScope(() -> Workflow.await(Workflow::isEveryHandlerFinished))
          .run();
    }
  }
}
