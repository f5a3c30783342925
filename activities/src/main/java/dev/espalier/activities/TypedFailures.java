package dev.espalier.activities;

import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.LostCheckpoint;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.finetune.DivergedLoss;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Worker interceptor: what no retry can mend ends a stage at once, as a failure whose type is the
 * exception's simple name and whose message is its one line.
 */
public final class TypedFailures extends WorkerInterceptorBase {
  private static final Logger log = LoggerFactory.getLogger(TypedFailures.class);

  @Override
  public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
    return new ActivityInboundCallsInterceptorBase(next) {
      @Override
      public ActivityOutput execute(ActivityInput input) {
        try {
          return super.execute(input);
        } catch (InvalidInput | CorruptArtifact | LostCheckpoint | StaleAttempt | DivergedLoss e) {
          log.debug("stage failed for good", e);
          throw ApplicationFailure.newNonRetryableFailure(
              String.valueOf(e.getMessage()), e.getClass().getSimpleName());
        }
      }
    };
  }
}
