package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Objective;
import dev.espalier.compression.network.Run;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.WireFormat;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attempts of one training on a Temporal server in process, in real time. */
class StuckStageTest {
  @TempDir private Path folder;
  private final AtomicInteger attempts = new AtomicInteger();
  private final CountDownLatch nativeCall = new CountDownLatch(1);
  private final BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();

  /** The first training of a process takes its time, which here would be taken for silence. */
  @BeforeAll
  static void warmUp(@TempDir Path elsewhere) throws Exception {
    try (InActivity activities = new InActivity(new StageBench(elsewhere).bench)) {
      activities.finetune(StageBench.finetune(StageBench.DENSE, 2));
    }
  }

  @WorkflowInterface
  public interface Training {
    @WorkflowMethod
    String train(FinetuneConfig config);
  }

  public static final class TrainingImpl implements Training {
    private final AlteredTraining stage =
        Workflow.newActivityStub(
            AlteredTraining.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(5))
                .setHeartbeatTimeout(Duration.ofSeconds(4))
                .setRetryOptions(
                    RetryOptions.newBuilder().setInitialInterval(Duration.ofMillis(200)).build())
                .build());

    @Override
    public String train(FinetuneConfig config) {
      return stage.train(config);
    }
  }

  /** Tells what the first attempt ended with. */
  private record Watched(AlteredTraining stage, BlockingQueue<Throwable> ends)
      implements AlteredTraining {
    @Override
    public String train(FinetuneConfig config) {
      try {
        return stage.train(config);
      } catch (RuntimeException | Error e) {
        if (Activity.getExecutionContext().getInfo().getAttempt() == 1) ends.add(e);
        throw e;
      }
    }
  }

  @Test
  void aStuckNativeCallIsHandedToAnotherAttemptAndComesBackTooLateToWrite() throws Exception {
    StageBench stages = new StageBench(folder);
    Workbench bench =
        new Workbench(
            stages.shelf,
            stages.bench.networks(),
            stages.bench.datasets(),
            stages.bench.meters(),
            Duration.ofMillis(50),
            Duration.ofSeconds(3));
    bench.networks().get(StageBench.DENSE);
    try (TestWorkflowEnvironment server = server(bench, this::stuckOnce)) {
      String prefix = train(server);

      assertThat(attempts).hasValueGreaterThanOrEqualTo(2);
      assertThat(ends).isEmpty();
      List<String> whole = keys(stages, prefix);
      String network = stages.sha256(new Artifact(prefix));

      nativeCall.countDown();
      Throwable end = ends.poll(120, TimeUnit.SECONDS);
      assertThat(end)
          .as("the late attempt's end")
          .isInstanceOfAny(ActivityCompletionException.class, StaleAttempt.class);
      assertThat(stages.counted("espalier_checkpoint_failures_total")).contains("finetune");
      assertThat(keys(stages, prefix)).isEqualTo(whole);
      assertThat(stages.sha256(new Artifact(prefix))).isEqualTo(network);
      stages.stored(new Artifact(prefix)).verify();
    }
  }

  @Test
  void outOfMemoryIsTriedOnceMoreAndThenFailsWithItsCheckpointKept() throws Exception {
    StageBench stages = new StageBench(folder);
    stages.bench.networks().get(StageBench.DENSE);
    try (TestWorkflowEnvironment server = server(stages.bench, this::lacking)) {
      WorkflowFailedException failed =
          catchThrowableOfType(WorkflowFailedException.class, () -> train(server));

      ApplicationFailure failure = (ApplicationFailure) failed.getCause().getCause();
      assertThat(failure.getType()).isEqualTo("OutOfMemory");
      assertThat(failure.isNonRetryable()).isTrue();
      assertThat(failure.getOriginalMessage())
          .startsWith("out of Java heap: raise it")
          .contains("attempt 2 of 2");
      assertThat(attempts).as("one that was killed, and two without memory").hasValue(3);
      assertThat(newest(stages)).isEqualTo(6);
    }
  }

  /** The first attempt fails at step 5, the others lack memory at step 8. */
  private Objective lacking(Objective plain) {
    int attempt = attempts.incrementAndGet();
    return at(
        plain,
        step -> {
          if (attempt == 1 && step == 5) throw new IllegalStateException("killed");
          if (attempt > 1 && step == 8) throw new OutOfMemoryError("Java heap space");
        });
  }

  /** In the first attempt, step 5 does not end until the test lets it. */
  private Objective stuckOnce(Objective plain) {
    boolean stuck = attempts.incrementAndGet() == 1;
    return at(
        plain,
        step -> {
          if (stuck && step == 5) uninterruptibly();
        });
  }

  private static Objective at(Objective plain, IntConsumer before) {
    return new Objective() {
      @Override
      public NDArray loss(Run ops, NDManager scope, int step) {
        before.accept(step);
        return plain.loss(ops, scope, step);
      }

      @Override
      public double validate(ReadAveraged ops) {
        return plain.validate(ops);
      }
    };
  }

  private void uninterruptibly() {
    while (true) {
      try {
        nativeCall.await();
        return;
      } catch (InterruptedException e) {
        // A native call does not hear of it either.
      }
    }
  }

  private TestWorkflowEnvironment server(Workbench bench, UnaryOperator<Objective> altered) {
    TestWorkflowEnvironment server =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setUseTimeskipping(false)
                .setWorkflowClientOptions(
                    WorkflowClientOptions.newBuilder()
                        .setDataConverter(WireFormat.converter())
                        .build())
                .setWorkerFactoryOptions(
                    WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new TypedFailures())
                        .build())
                .build());
    Worker worker =
        server.newWorker(
            "test",
            WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(Duration.ofMillis(100))
                .build());
    worker.registerWorkflowImplementationTypes(TrainingImpl.class);
    worker.registerActivitiesImplementations(
        new Watched(new AlteredTraining.Stage(bench, altered), ends));
    server.start();
    return server;
  }

  private static String train(TestWorkflowEnvironment server) {
    return server
        .getWorkflowClient()
        .newWorkflowStub(Training.class, WorkflowOptions.newBuilder().setTaskQueue("test").build())
        .train(config());
  }

  /** Step of the newest checkpoint of the only training there is. */
  private static int newest(StageBench stages) {
    String key =
        stages.shelf.store().list("lines/finetune").stream()
            .map(object -> object.key().replaceFirst(".*/", ""))
            .findFirst()
            .orElseThrow();
    return stages.shelf.checkpoints("finetune", key).newestVerified(0).orElseThrow().step();
  }

  private static List<String> keys(StageBench stages, String prefix) {
    return stages.shelf.store().list(prefix).stream().map(o -> o.key() + " " + o.etag()).toList();
  }

  private static FinetuneConfig config() {
    return StageBench.json(
        FinetuneConfig.class,
        "{\"steps\": 40, \"batch\": 4, \"validateEvery\": 1000, \"checkpointEvery\": 3}");
  }
}
