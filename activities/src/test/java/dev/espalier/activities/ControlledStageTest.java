package dev.espalier.activities;

import static dev.espalier.activities.StageBench.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.Datasets;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.DevServer;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.TrainActivity;
import dev.espalier.workflows.TrainPlan;
import dev.espalier.workflows.TrainWorkflow;
import dev.espalier.workflows.WireFormat;
import dev.espalier.workflows.WorkflowTypes;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.PauseActivityRequest;
import io.temporal.api.workflowservice.v1.ResetActivityRequest;
import io.temporal.api.workflowservice.v1.UnpauseActivityRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stages under a real server: what it does to activities, and two that want the same. There is
 * no checkpoint but those that a stage commits when it is told to stop.
 */
@Timeout(600)
class ControlledStageTest {
  private static final int STEPS = 24;
  private static final String QUEUE = "silent";

  private static TemporalDevServer server;
  private static WorkflowServiceStubs service;
  private static WorkflowClient client;
  private static String uninterrupted;

  /** Trainings go on to this step, and beat there until it is raised. */
  private static volatile int held;

  @TempDir private static Path elsewhere;
  @TempDir private Path folder;
  private final List<WorkerFactory> workers = new ArrayList<>();
  private StageBench stages;

  @BeforeAll
  static void start() throws Exception {
    server = DevServer.start();
    service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(server.getTarget()).build());
    client =
        WorkflowClient.newInstance(
            service,
            WorkflowClientOptions.newBuilder().setDataConverter(WireFormat.converter()).build());
    StageBench alone = new StageBench(elsewhere);
    TrainPlan plan = TrainPlan.of(plan());
    try (InActivity activities = new InActivity(alone.bench)) {
      TrainActivity.Request request =
          new TrainActivity.Request("alone", plan.network(), plan.data(), plan.finetune());
      uninterrupted = alone.sha256(activities.train(request).network());
    }
  }

  @AfterAll
  static void end() {
    if (service != null) service.shutdownNow();
    if (server != null) server.close();
  }

  @BeforeEach
  void open() throws Exception {
    held = Integer.MAX_VALUE;
    stages = new StageBench(folder);
  }

  @AfterEach
  void close() {
    held = Integer.MAX_VALUE;
    workers.forEach(WorkerFactory::shutdownNow);
    for (WorkerFactory factory : workers) {
      factory.awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  /** {@code temporal activity pause}, {@code unpause} and {@code reset} call these. */
  @Test
  void temporalsOwnPauseAndResetSaveAndTheStageGoesOnInTheSameBits() {
    held = 8;
    work(new TrainStage(stages.bench));
    WorkerFactory factory = factory();
    factory.newWorker(QUEUE).registerWorkflowImplementationTypes(ImpatientImpl.class);
    factory.start();
    WorkflowStub run =
        client.newUntypedWorkflowStub(
            "Impatient", WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
    run.start(plan());
    await(() -> step(run) >= 5);

    stub()
        .pauseActivity(
            PauseActivityRequest.newBuilder()
                .setNamespace("default")
                .setExecution(run.getExecution())
                .setType("Train")
                .build());
    await(() -> paused(run));
    int saved = newestCheckpoint();
    assertThat(saved).isBetween(5, 8);
    held = 14;
    stub()
        .unpauseActivity(
            UnpauseActivityRequest.newBuilder()
                .setNamespace("default")
                .setExecution(run.getExecution())
                .setType("Train")
                .build());
    await(() -> step(run) > saved + 3);

    stub()
        .resetActivity(
            ResetActivityRequest.newBuilder()
                .setNamespace("default")
                .setExecution(run.getExecution())
                .setType("Train")
                .setResetHeartbeat(true)
                .build());
    await(() -> newestCheckpoint() > saved);
    held = Integer.MAX_VALUE;
    TrainActivity.Result result = run.getResult(TrainActivity.Result.class);
    assertThat(result.resumedFrom()).isGreaterThan(saved);
    assertThat(result.steps()).isEqualTo(STEPS);
    assertThat(stages.sha256(result.network())).isEqualTo(uninterrupted);
  }

  @Test
  void aPausedRunHasFreedTheDeviceAndGoesOnInTheSameBits() {
    held = 8;
    work(new TrainStage(stages.bench));
    WorkflowStub run = train("paused");
    await(() -> step(run) >= 5);

    assertThat(run.update("pause", String.class))
        .isEqualTo("paused; train goes on when it is resumed");
    assertThat(pending(run)).isEmpty();
    int saved = newestCheckpoint();
    assertThat(saved).isBetween(5, 8);
    held = Integer.MAX_VALUE;
    run.update("resume", String.class);

    TrainActivity.Result result = run.getResult(TrainActivity.Result.class);
    assertThat(result.resumedFrom()).isEqualTo(saved);
    assertThat(stages.sha256(result.network())).isEqualTo(uninterrupted);
  }

  @Test
  void aStageTellsItsRunNowAndThenHowFarItIs() {
    work(new TrainStage(stages.bench));
    WorkflowStub run = train("told");
    run.getResult(TrainActivity.Result.class);
    assertThat(client.fetchHistory("told").getEvents())
        .filteredOn(HistoryEvent::hasWorkflowExecutionSignaledEventAttributes)
        .extracting(event -> event.getWorkflowExecutionSignaledEventAttributes().getSignalName())
        .hasSizeBetween(2, 20)
        .containsOnly("progress");
  }

  @Test
  void aStageThatCannotSaveIsPausedAllTheSame() {
    CountDownLatch enough = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    work(
        (TrainActivity)
            request -> {
              calls.incrementAndGet();
              try {
                do {
                  Activity.getExecutionContext().heartbeat(StageProgress.of("train", 1, 2));
                } while (!enough.await(20, TimeUnit.MILLISECONDS));
              } catch (ActivityCompletionException e) {
                throw new IllegalStateException("the store is away", e);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return new TrainActivity.Result(
                  new Artifact("stages/train/1"), 2, 0, 0.1, 0.1, false, 1);
            });
    WorkflowStub run = train("cannot-save");
    await(() -> calls.get() == 1);

    run.update("pause", String.class);
    assertThat(pending(run)).isEmpty();
    enough.countDown();
    run.update("resume", String.class);

    assertThat(run.getResult(TrainActivity.Result.class).steps()).isEqualTo(2);
    assertThat(calls).hasValue(2);
  }

  /** Whoever comes second waits, and neither takes the right to commit from the other. */
  @Test
  void twoRunsThatWantTheSameOnTwoWorkersBothGetIt() throws Exception {
    work(new TrainStage(stages.bench));
    Shelf same = new Shelf(stages.shelf.store(), folder.resolve("other"), Map.of());
    Datasets datasets = new Datasets(List.of(StageBench.root().resolve("datasets")));
    work(new TrainStage(new StageBench(folder.resolve("second"), datasets, same).bench));

    held = 8;
    WorkflowStub first = train("first");
    await(() -> step(first) >= 1);
    WorkflowStub second = train("second");
    await(
        () ->
            pending(second).stream()
                .anyMatch(
                    a -> a.getLastFailure().getMessage().contains("its result is waited for")));
    held = Integer.MAX_VALUE;

    TrainActivity.Result one = first.getResult(TrainActivity.Result.class);
    TrainActivity.Result other = second.getResult(TrainActivity.Result.class);
    assertThat(one.reused()).isFalse();
    assertThat(one.resumedFrom()).as("never overtaken").isZero();
    assertThat(other.reused()).isTrue();
    assertThat(other.network()).isEqualTo(one.network());
  }

  @Test
  void whenTheOneAtWorkIsCancelledTheOtherTakesOverFromItsCheckpoint() {
    work(new TrainStage(stages.bench));
    work(new TrainStage(stages.bench));
    held = 8;
    WorkflowStub first = train("leaves");
    await(() -> step(first) >= 5);
    WorkflowStub second = train("takes-over");
    await(() -> pending(second).stream().anyMatch(a -> a.hasLastFailure()));
    first.update("pause", String.class);
    held = Integer.MAX_VALUE;

    TrainActivity.Result result = second.getResult(TrainActivity.Result.class);
    assertThat(result.reused()).isFalse();
    assertThat(result.resumedFrom()).isGreaterThanOrEqualTo(5);
    first.update("resume", String.class);
    assertThat(first.getResult(TrainActivity.Result.class).reused()).isTrue();
  }

  /** Every heartbeat, and so every step of a training, takes its time; some until they are let. */
  private static final class Slow extends WorkerInterceptorBase {
    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
      return new ActivityInboundCallsInterceptorBase(next) {
        @Override
        public void init(ActivityExecutionContext context) {
          super.init(
              new ActivityExecutionContextBase(context) {
                @Override
                public <V> void heartbeat(V details) throws ActivityCompletionException {
                  try {
                    do {
                      super.heartbeat(details);
                      Thread.sleep(40);
                    } while (details instanceof StageProgress at && at.step() >= held);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }
              });
        }
      };
    }
  }

  @WorkflowInterface
  public interface Impatient {
    @WorkflowMethod
    TrainActivity.Result train(JsonNode plan);
  }

  /** Trains as {@link TrainWorkflow} does, but gives an attempt up after three seconds' silence. */
  public static final class ImpatientImpl implements Impatient {
    @Override
    public TrainActivity.Result train(JsonNode plan) {
      TrainPlan asked = TrainPlan.of(plan);
      return Workflow.newActivityStub(
              TrainActivity.class,
              ActivityOptions.newBuilder()
                  .setTaskQueue(StageOptions.GPU)
                  .setHeartbeatTimeout(Duration.ofSeconds(3))
                  .setStartToCloseTimeout(Duration.ofMinutes(1))
                  .build())
          .train(new TrainActivity.Request("run", asked.network(), asked.data(), asked.finetune()));
    }
  }

  @ActivityInterface
  public interface Silent {
    int attempt();
  }

  @WorkflowInterface
  public interface Calling {
    @WorkflowMethod
    int call();
  }

  /** Calls one that must beat every second. */
  public static final class CallingImpl implements Calling {
    @Override
    public int call() {
      return Workflow.newActivityStub(
              Silent.class,
              ActivityOptions.newBuilder()
                  .setHeartbeatTimeout(Duration.ofSeconds(1))
                  .setStartToCloseTimeout(Duration.ofMinutes(1))
                  .build())
          .attempt();
    }
  }

  /** The first attempt says nothing for so long that there is a second; then it fails for good. */
  private static final class Zombie implements Silent {
    private final CountDownLatch overtaken = new CountDownLatch(1);

    @Override
    public int attempt() {
      int attempt = Activity.getExecutionContext().getInfo().getAttempt();
      try {
        if (attempt == 1) {
          overtaken.await();
          throw new InvalidInput("what a zombie says");
        }
        overtaken.countDown();
        for (int i = 0; i < 30; i++) {
          Activity.getExecutionContext().heartbeat(i);
          Thread.sleep(50);
        }
        return attempt;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void theServerDoesNotHearWhatAnAttemptThatWasGivenUpReports() {
    WorkerFactory factory = factory();
    var worker =
        factory.newWorker(
            QUEUE,
            WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(Duration.ofMillis(50))
                .build());
    worker.registerWorkflowImplementationTypes(CallingImpl.class);
    worker.registerActivitiesImplementations(new Zombie());
    factory.start();
    int attempt =
        client
            .newWorkflowStub(
                Calling.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build())
            .call();
    assertThat(attempt).isGreaterThan(1);
  }

  /** A worker of one device, and of the workflows. */
  private void work(Object stage) {
    WorkerFactory factory = factory();
    WorkflowTypes.register(factory.newWorker(StageOptions.COMPRESS));
    factory
        .newWorker(
            StageOptions.GPU,
            WorkerOptions.newBuilder()
                .setMaxConcurrentActivityExecutionSize(1)
                .setMaxHeartbeatThrottleInterval(Duration.ofMillis(20))
                .build())
        .registerActivitiesImplementations(stage);
    factory.start();
  }

  private WorkerFactory factory() {
    WorkerFactory factory =
        WorkerFactory.newInstance(
            client,
            WorkerFactoryOptions.newBuilder()
                .setWorkerInterceptors(new TypedFailures(), new Slow())
                .build());
    workers.add(factory);
    return factory;
  }

  private static JsonNode plan() {
    String text =
        """
        {"name": "tiny", "data": "%s", "network": %s,
         "finetune": {"steps": %d, "batch": 4, "validateEvery": 1000, "checkpointEvery": 1000}}
        """;
    return Json.parse(text.formatted(StageBench.DATA, StageBench.UNET, STEPS), "test");
  }

  private static WorkflowStub train(String id) {
    WorkflowStub run =
        client.newUntypedWorkflowStub(
            TrainWorkflow.class.getSimpleName(), StageOptions.run(id, "a test"));
    run.start(plan());
    return run;
  }

  private int newestCheckpoint() {
    return stages.shelf.store().listEverything("stages/train").stream()
        .map(ObjectStore.Stat::key)
        .filter(key -> key.endsWith("/checkpoint.json"))
        .mapToInt(key -> Integer.parseInt(key.replaceAll(".*/step-(\\d+)-.*", "$1")))
        .max()
        .orElse(0);
  }

  private static long step(WorkflowStub run) {
    return pending(run).stream()
        .filter(activity -> activity.getHeartbeatDetails().getPayloadsCount() > 0)
        .mapToLong(
            activity ->
                json(
                        StageProgress.class,
                        activity.getHeartbeatDetails().getPayloads(0).getData().toStringUtf8())
                    .step())
        .findFirst()
        .orElse(0);
  }

  private static boolean paused(WorkflowStub run) {
    return pending(run).stream()
        .anyMatch(a -> a.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_PAUSED);
  }

  private static List<PendingActivityInfo> pending(WorkflowStub run) {
    return stub()
        .describeWorkflowExecution(
            DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setExecution(
                    WorkflowExecution.newBuilder()
                        .setWorkflowId(run.getExecution().getWorkflowId()))
                .build())
        .getPendingActivitiesList();
  }

  private static WorkflowServiceBlockingStub stub() {
    return service.blockingStub();
  }

  private static void await(BooleanSupplier condition) {
    try {
      while (!condition.getAsBoolean()) Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
