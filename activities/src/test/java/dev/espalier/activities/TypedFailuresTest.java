package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.LostCheckpoint;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.compression.InvalidInput;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TypedFailuresTest {
  private static final AtomicInteger attempts = new AtomicInteger();

  @ActivityInterface
  public interface Failing {
    void fail(String how);
  }

  @WorkflowInterface
  public interface Calling {
    @WorkflowMethod
    void call(String how);
  }

  public static final class FailingImpl implements Failing {
    @Override
    public void fail(String how) {
      int attempt = attempts.incrementAndGet();
      switch (how) {
        case "input" -> throw new InvalidInput("ratio is 1.5; legal is 0 to 1");
        case "corrupt" -> throw new CorruptArtifact("stages/prune/x", "network", "is missing");
        case "lost" -> throw new LostCheckpoint("none verifies");
        case "stale" -> {
          if (attempt < 3) throw new StaleAttempt("another attempt took over");
        }
        default -> {
          if (attempt < 3) throw new IllegalStateException("passing trouble");
        }
      }
    }
  }

  public static final class CallingImpl implements Calling {
    private final Failing failing =
        Workflow.newActivityStub(
            Failing.class,
            ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofMinutes(1)).build());

    @Override
    public void call(String how) {
      failing.fail(how);
    }
  }

  @Test
  void whatNoRetryCanMendFailsAtOnceWithItsLine() {
    assertThat(failure("input"))
        .extracting(ApplicationFailure::getType, ApplicationFailure::getOriginalMessage)
        .containsExactly("InvalidInput", "ratio is 1.5; legal is 0 to 1");
    assertThat(attempts.get()).isEqualTo(1);
    assertThat(failure("corrupt").getType()).isEqualTo("CorruptArtifact");
    assertThat(failure("lost").getType()).isEqualTo("LostCheckpoint");
  }

  @Test
  void everythingElseIsTriedAgain() {
    call("passing");
    assertThat(attempts.get()).isEqualTo(3);
    call("stale");
    assertThat(attempts.get()).isEqualTo(3);
  }

  private static ApplicationFailure failure(String how) {
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> call(how));
    assertThat(failed.getCause()).isInstanceOf(ActivityFailure.class);
    return (ApplicationFailure) failed.getCause().getCause();
  }

  private static void call(String how) {
    attempts.set(0);
    TestEnvironmentOptions options =
        TestEnvironmentOptions.newBuilder()
            .setWorkerFactoryOptions(
                WorkerFactoryOptions.newBuilder()
                    .setWorkerInterceptors(new TypedFailures())
                    .build())
            .build();
    try (TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance(options)) {
      Worker worker = environment.newWorker("test");
      worker.registerWorkflowImplementationTypes(CallingImpl.class);
      worker.registerActivitiesImplementations(new FailingImpl());
      environment.start();
      environment
          .getWorkflowClient()
          .newWorkflowStub(Calling.class, WorkflowOptions.newBuilder().setTaskQueue("test").build())
          .call(how);
    }
  }
}
