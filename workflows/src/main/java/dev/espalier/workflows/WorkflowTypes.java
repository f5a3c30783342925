package dev.espalier.workflows;

import io.temporal.common.converter.DataConverterException;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkflowImplementationOptions;

/** The workflows a worker on queue {@link StageOptions#COMPRESS} serves. */
public final class WorkflowTypes {
  private WorkflowTypes() {}

  /** Registers them all; an argument that cannot be decoded fails its workflow at once. */
  public static void register(Worker worker) {
    worker.registerWorkflowImplementationTypes(
        WorkflowImplementationOptions.newBuilder()
            .setFailWorkflowExceptionTypes(DataConverterException.class)
            .build(),
        CompressionWorkflowImpl.class,
        SweepWorkflowImpl.class,
        TrainWorkflowImpl.class);
  }
}
