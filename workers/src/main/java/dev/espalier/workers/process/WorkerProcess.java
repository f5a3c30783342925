package dev.espalier.workers.process;

import dev.espalier.activities.TypedFailures;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workflows.RunView;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.WorkflowTypes;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Serves Temporal's task queues from this process. On {@code gpu} it takes one activity at a time,
 * because a process has one device and one gradient collector; further devices are further
 * processes.
 */
public final class WorkerProcess implements AutoCloseable {
  /** The queues there are. */
  public static final Set<String> QUEUES =
      Set.of(StageOptions.COMPRESS, StageOptions.GPU, StageOptions.CPU);

  private static final int CPU_SLOTS = 4;

  /** At most so long does a heartbeat wait: what a resumed attempt and a progress bar know. */
  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

  /** A workflow task may wait for a processor that arithmetic has taken; that is no deadlock. */
  private static final Duration DEADLOCK = Duration.ofSeconds(20);

  /** How long stages have to save their state when the process is asked to end. */
  public static final Duration GRACE = Duration.ofSeconds(60);

  /** How long a stage needs to save its state where the server is gone, and none can be told. */
  private static final Duration GRACE_ALONE = Duration.ofSeconds(8);

  private final WorkerFactory factory;
  private final TemporalConnection temporal;

  private WorkerProcess(WorkerFactory factory, TemporalConnection temporal) {
    this.factory = factory;
    this.temporal = temporal;
  }

  /** Starts serving, without a version, search attributes and links. */
  public static WorkerProcess start(
      TemporalConnection temporal, String store, Set<String> queues, Stages stages) {
    return start(temporal, store, queues, stages, Optional.empty(), RunView.PLAIN);
  }

  /**
   * Starts serving.
   *
   * @param store the object store of {@code stages}, told from others
   * @param queues some or all of {@link #QUEUES}
   * @param deployment whose versions the server tells apart; none for a worker without a version
   * @param view how the runs it serves are seen from outside
   * @throws dev.espalier.compression.InvalidInput if a worker with another store is at work there
   */
  public static WorkerProcess start(
      TemporalConnection temporal,
      String store,
      Set<String> queues,
      Stages stages,
      Optional<Deployment> deployment,
      RunView view) {
    Neighbours.check(temporal.client(), store);
    WorkerOptions options = options(store, deployment);
    WorkerFactory factory =
        WorkerFactory.newInstance(
            temporal.client(),
            WorkerFactoryOptions.newBuilder()
                .setWorkerInterceptors(new TypedFailures(), new LegalIds())
                .build());
    if (queues.contains(StageOptions.COMPRESS)) {
      WorkflowTypes.register(factory.newWorker(StageOptions.COMPRESS, options), view);
    }
    if (queues.contains(StageOptions.GPU)) {
      factory
          .newWorker(StageOptions.GPU, slots(options, 1))
          .registerActivitiesImplementations(stages.gpu().toArray());
    }
    if (queues.contains(StageOptions.CPU)) {
      factory
          .newWorker(StageOptions.CPU, slots(options, CPU_SLOTS))
          .registerActivitiesImplementations(stages.cpu().toArray());
    }
    factory.start();
    return new WorkerProcess(factory, temporal);
  }

  /** Takes no more work, lets running stages save their state, and ends. */
  @Override
  public void close() {
    factory.shutdown();
    long begun = System.nanoTime();
    do {
      factory.awaitTermination(GRACE_ALONE.toMillis(), TimeUnit.MILLISECONDS);
    } while (!factory.isTerminated()
        && System.nanoTime() - begun < GRACE.toNanos()
        && temporal.answers());
    factory.shutdownNow();
  }

  /** How many stages of the queue {@code cpu} a worker does at once. */
  public static WorkerOptions cpuSlots() {
    return slots(WorkerOptions.getDefaultInstance(), CPU_SLOTS);
  }

  private static WorkerOptions slots(WorkerOptions options, int slots) {
    return WorkerOptions.newBuilder(options).setMaxConcurrentActivityExecutionSize(slots).build();
  }

  private static WorkerOptions options(String store, Optional<Deployment> deployment) {
    WorkerOptions.Builder options =
        WorkerOptions.newBuilder()
            .setIdentity(Neighbours.identity(store))
            .setMaxHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
            .setDefaultDeadlockDetectionTimeout(DEADLOCK.toMillis());
    deployment.map(Deployment::options).ifPresent(options::setDeploymentOptions);
    return options.build();
  }
}
