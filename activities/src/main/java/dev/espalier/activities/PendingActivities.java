package dev.espalier.activities;

import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.util.List;

/** The activities of a run that the server waits for, as it describes them. */
public final class PendingActivities {
  private PendingActivities() {}

  /**
   * Asks the server, in the client's namespace.
   *
   * @throws StatusRuntimeException {@code NOT_FOUND} for a run that it does not know
   */
  public static List<PendingActivityInfo> of(WorkflowClient client, WorkflowExecution run) {
    DescribeWorkflowExecutionRequest request =
        DescribeWorkflowExecutionRequest.newBuilder()
            .setNamespace(client.getOptions().getNamespace())
            .setExecution(run)
            .build();
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .describeWorkflowExecution(request)
        .getPendingActivitiesList();
  }

  /** As {@link #of(WorkflowClient, WorkflowExecution)}, of the latest run with this id. */
  public static List<PendingActivityInfo> of(WorkflowClient client, String workflow) {
    return of(client, WorkflowExecution.newBuilder().setWorkflowId(workflow).build());
  }
}
