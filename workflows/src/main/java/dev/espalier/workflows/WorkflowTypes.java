package dev.espalier.workflows;

import io.temporal.common.converter.DataConverterException;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkflowImplementationOptions;

/**
 * The workflows a worker on queue {@link StageOptions#COMPRESS} serves.
 *
 * <p>Runs last days, and a new version of this code takes over those that an older one began, by
 * replaying their histories. So whoever changes a workflow keeps to this:
 *
 * <ul>
 *   <li>What makes a command (an activity, a child, a timer, a side effect, search attributes, a
 *       signal to another workflow) comes in the same order as before. A change of it stands behind
 *       {@code Workflow.getVersion("what changed", DEFAULT_VERSION, 1)}, the old way beside the new
 *       one, until no run that began with the old one is under way.
 *   <li>Waiting on a condition that holds already, cancellation scopes, details, handlers of new
 *       updates and signals and new queries make no command and need none.
 *   <li>Requests and results gain only fields that may be absent and are left out of JSON while
 *       they have their default; none is renamed, and no activity, update or signal is.
 *   <li>{@code ReplayTest} replays every history ever committed; one is added for each new course
 *       that a run can take, and none is recorded anew to make the test pass.
 * </ul>
 */
public final class WorkflowTypes {
  private WorkflowTypes() {}

  /** As {@link #register(Worker, RunView)}, without search attributes and links. */
  public static void register(Worker worker) {
    register(worker, RunView.PLAIN);
  }

  /**
   * Registers them all; an argument that cannot be decoded fails its workflow at once.
   *
   * @param view how the worker's runs are seen from outside
   */
  public static void register(Worker worker, RunView view) {
    WorkflowImplementationOptions options =
        WorkflowImplementationOptions.newBuilder()
            .setFailWorkflowExceptionTypes(DataConverterException.class)
            .build();
    worker.registerWorkflowImplementationFactory(
        SweepWorkflow.class, () -> new SweepWorkflowImpl(view), options);
    worker.registerWorkflowImplementationFactory(
        CompressionWorkflow.class, () -> new CompressionWorkflowImpl(view), options);
    worker.registerWorkflowImplementationFactory(
        TrainWorkflow.class, () -> new TrainWorkflowImpl(view), options);
  }
}
