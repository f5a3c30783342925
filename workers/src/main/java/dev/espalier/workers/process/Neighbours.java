package dev.espalier.workers.process;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workflows.StageOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The other workers of a server. Workers that serve one queue must share one store: what one puts
 * on its shelf the next one needs. Each therefore says in its identity which store it has.
 */
final class Neighbours {
  private static final String STORE = " with ";

  /** A worker at work has asked for tasks within this time; servers remember others for longer. */
  private static final Duration ALIVE = Duration.ofSeconds(75);

  private Neighbours() {}

  /** What a worker with {@code store} calls itself: process, machine, store. */
  static String identity(String store) {
    return ManagementFactory.getRuntimeMXBean().getName() + STORE + store;
  }

  /**
   * Looks before a worker joins.
   *
   * @throws InvalidInput if a worker with another store is at work
   */
  static void check(WorkflowClient client, String store) {
    Instant dead = Instant.now().minus(ALIVE);
    for (PollerInfo poller : pollers(client)) {
      String identity = poller.getIdentity();
      int at = identity.indexOf(STORE);
      boolean stranger = at >= 0 && !identity.substring(at + STORE.length()).equals(store);
      boolean alive = poller.getLastAccessTime().getSeconds() > dead.getEpochSecond();
      InvalidInput.require(
          !stranger || !alive,
          "on this Temporal server works %s, but this process has %s; use the same store, another"
              + " server (TEMPORAL_ADDRESS) or another namespace (TEMPORAL_NAMESPACE)",
          identity,
          store);
    }
  }

  private static List<PollerInfo> pollers(WorkflowClient client) {
    DescribeTaskQueueRequest request =
        DescribeTaskQueueRequest.newBuilder()
            .setNamespace(client.getOptions().getNamespace())
            .setTaskQueue(TaskQueue.newBuilder().setName(StageOptions.GPU))
            .setTaskQueueType(TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
            .build();
    try {
      return client
          .getWorkflowServiceStubs()
          .blockingStub()
          .describeTaskQueue(request)
          .getPollersList();
    } catch (StatusRuntimeException e) {
      // The server in process has no such call, and no neighbours.
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) return List.of();
      throw e;
    }
  }
}
