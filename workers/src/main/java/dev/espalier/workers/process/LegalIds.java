package dev.espalier.workers.process;

import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.compression.InvalidInput;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;

/**
 * Worker interceptor: a run whose id is no legal name fails at its start, before any work, because
 * its report is to lie under that name. Anybody may choose an id in the Temporal UI.
 */
final class LegalIds extends WorkerInterceptorBase {
  @Override
  public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
    return new WorkflowInboundCallsInterceptorBase(next) {
      @Override
      public WorkflowOutput execute(WorkflowInput input) {
        // What began before there was this rule goes on as it began.
        if (!WorkflowUnsafe.isReplaying()) check(Workflow.getInfo().getWorkflowId());
        return super.execute(input);
      }
    };
  }

  private static void check(String id) {
    if (ObjectNames.isSegment(id)) return;
    throw ApplicationFailure.newNonRetryableFailure(
        "the workflow id is no legal name; legal are up to 128 letters, digits, '.', '_' and '-',"
            + " no '.' at the end, and a schedule's time behind them",
        InvalidInput.class.getSimpleName());
  }
}
