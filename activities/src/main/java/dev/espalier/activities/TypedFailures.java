package dev.espalier.activities;

import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.HeldByAnother;
import dev.espalier.activities.shelf.LostCheckpoint;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.finetune.DivergedLoss;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Worker interceptor: what no retry can mend ends a stage at once, as a failure whose type is the
 * exception's simple name and whose message is its one line. {@link OutOfMemory} has such a type,
 * too, and ends a stage when it came too often.
 */
public final class TypedFailures extends WorkerInterceptorBase {
  private static final Logger log = LoggerFactory.getLogger(TypedFailures.class);

  /** Between two looks at a result that another activity makes. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  @Override
  public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
    return new ActivityInboundCallsInterceptorBase(next) {
      private int attempt = 1;

      @Override
      public void init(ActivityExecutionContext context) {
        attempt = context.getInfo().getAttempt();
        super.init(context);
      }

      @Override
      public ActivityOutput execute(ActivityInput input) {
        try {
          return super.execute(input);
        } catch (InvalidInput | CorruptArtifact | LostCheckpoint | DivergedLoss e) {
          log.debug("stage failed for good", e);
          throw ApplicationFailure.newNonRetryableFailure(
              String.valueOf(e.getMessage()), e.getClass().getSimpleName());
        } catch (HeldByAnother e) {
          throw waiting(e);
        } catch (RuntimeException | Error e) {
          Optional<OutOfMemory> memory = outOfMemory(e, attempt);
          if (memory.isEmpty()) throw e;
          throw typed(memory.get());
        }
      }
    };
  }

  /** Of what counts no attempts itself, all count. */
  private static Optional<OutOfMemory> outOfMemory(Throwable e, int attempt) {
    if (e instanceof OutOfMemory known) return Optional.of(known);
    return OutOfMemory.of(e, attempt);
  }

  private static RuntimeException typed(OutOfMemory e) {
    log.warn("{}", e.getMessage(), e.getCause());
    String type = OutOfMemory.class.getSimpleName();
    return e.last()
        ? ApplicationFailure.newNonRetryableFailure(e.getMessage(), type)
        : ApplicationFailure.newFailure(e.getMessage(), type);
  }

  /** Frees the device meanwhile. */
  private static ApplicationFailure waiting(HeldByAnother e) {
    return ApplicationFailure.newBuilder()
        .setMessage(String.valueOf(e.getMessage()))
        .setType(HeldByAnother.class.getSimpleName())
        .setNextRetryDelay(LOOK)
        .setCategory(ApplicationErrorCategory.BENIGN)
        .build();
  }
}
