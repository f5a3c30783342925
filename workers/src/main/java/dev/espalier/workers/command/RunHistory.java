package dev.espalier.workers.command;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.client.WorkflowClient;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A run's history, read once and then further as it grows, over each continue-as-new. */
final class RunHistory {
  private static final Set<EventType> ENDS =
      Set.of(
          EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
          EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
          EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
          EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
          EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
  private static final int WAIT_SECONDS = 2;
  private static final int PATIENCE_SECONDS = 10;

  private final WorkflowClient client;
  private WorkflowExecution run;
  private ByteString next = ByteString.EMPTY;
  private boolean exhausted;
  private boolean ended;

  /**
   * @param run of that id the latest
   */
  RunHistory(WorkflowClient client, String run) {
    this.client = client;
    this.run = WorkflowExecution.newBuilder().setWorkflowId(run).build();
  }

  /** Goes back to where the chain of runs began that continued each other as new. */
  void rewind() {
    WorkflowExecution at = run;
    try {
      while (true) {
        HistoryEvent first = page(at, ByteString.EMPTY, 1, false).getHistory().getEvents(0);
        String before =
            first.getWorkflowExecutionStartedEventAttributes().getContinuedExecutionRunId();
        if (before.isEmpty()) break;
        at = at.toBuilder().setRunId(before).build();
        run = at;
      }
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) throw e;
      run = run.toBuilder().clearRunId().build(); // Its beginning is forgotten.
    }
  }

  /**
   * Events after those returned before; none if there are no more.
   *
   * @param wait for some seconds for the first of them, as long as the run is not over; who once
   *     did not wait cannot later
   */
  List<HistoryEvent> further(boolean wait) {
    if (ended || exhausted) return List.of();
    GetWorkflowExecutionHistoryResponse page;
    try {
      page = page(run, next, 0, wait);
    } catch (StatusRuntimeException e) {
      if (wait && e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) return List.of();
      throw e;
    }
    List<HistoryEvent> events = page.getHistory().getEventsList();
    next = page.getNextPageToken();
    exhausted = !wait && next.isEmpty();
    if (!events.isEmpty()) last(events.get(events.size() - 1));
    return events;
  }

  /** Whether everything was returned and nothing will follow. */
  boolean ended() {
    return ended;
  }

  private void last(HistoryEvent event) {
    if (event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW) {
      String later =
          event.getWorkflowExecutionContinuedAsNewEventAttributes().getNewExecutionRunId();
      run = run.toBuilder().setRunId(later).build();
      next = ByteString.EMPTY;
      exhausted = false;
    } else {
      ended = ENDS.contains(event.getEventType());
    }
  }

  /**
   * @param size events at most; 0 for as many as the server likes
   * @param wait for events there are not yet
   */
  private GetWorkflowExecutionHistoryResponse page(
      WorkflowExecution of, ByteString token, int size, boolean wait) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(wait ? WAIT_SECONDS : PATIENCE_SECONDS, TimeUnit.SECONDS)
        .getWorkflowExecutionHistory(
            GetWorkflowExecutionHistoryRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setExecution(of)
                .setMaximumPageSize(size)
                .setWaitNewEvent(wait)
                .setNextPageToken(token)
                .build());
  }
}
