package dev.espalier.workers.process;

import dev.espalier.activities.TypedFailures;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.WorkflowTypes;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
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
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final WorkerFactory factory;

  private WorkerProcess(WorkerFactory factory) {
    this.factory = factory;
  }

  /**
   * Starts serving.
   *
   * @param queues some or all of {@link #QUEUES}
   */
  public static WorkerProcess start(WorkflowClient client, Set<String> queues, Stages stages) {
    WorkerFactory factory =
        WorkerFactory.newInstance(
            client,
            WorkerFactoryOptions.newBuilder().setWorkerInterceptors(new TypedFailures()).build());
    if (queues.contains(StageOptions.COMPRESS)) {
      WorkflowTypes.register(factory.newWorker(StageOptions.COMPRESS, options().build()));
    }
    if (queues.contains(StageOptions.GPU)) {
      worker(factory, StageOptions.GPU, 1)
          .registerActivitiesImplementations(stages.gpu().toArray());
    }
    if (queues.contains(StageOptions.CPU)) {
      worker(factory, StageOptions.CPU, CPU_SLOTS)
          .registerActivitiesImplementations(stages.cpu().toArray());
    }
    factory.start();
    return new WorkerProcess(factory);
  }

  /** Takes no more work, lets running stages save their state, and ends. */
  @Override
  public void close() {
    factory.shutdown();
    factory.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    factory.shutdownNow();
  }

  private static Worker worker(WorkerFactory factory, String queue, int slots) {
    return factory.newWorker(queue, options().setMaxConcurrentActivityExecutionSize(slots).build());
  }

  private static WorkerOptions.Builder options() {
    return WorkerOptions.newBuilder()
        .setMaxHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
        .setDefaultDeadlockDetectionTimeout(DEADLOCK.toMillis());
  }
}
