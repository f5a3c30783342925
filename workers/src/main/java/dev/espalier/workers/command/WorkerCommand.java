package dev.espalier.workers.command;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.process.WorkerProcess;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "worker",
    description = {
      "Serve the task queues until ended.",
      "",
      "Asked to end (SIGTERM), it takes no more work, lets the running stage save a checkpoint and"
          + " ends; another worker goes on from there. A server or a store that is named and is"
          + " away is waited for.",
      "",
      "The metrics port also serves /health/live and, once it takes work, /health/ready.",
      ""
    })
final class WorkerCommand implements Callable<Integer> {
  private final Program program;

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--metrics-port", paramLabel = "PORT", description = MetricsPort.DESCRIPTION)
  @Nullable Integer metricsPort;

  @Option(
      names = "--queues",
      paramLabel = "QUEUE",
      split = ",",
      description = "Any of compress, cpu, gpu (default: all).")
  Set<String> queues = WorkerProcess.QUEUES;

  WorkerCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    InvalidInput.require(
        WorkerProcess.QUEUES.containsAll(queues),
        "--queues is %s; legal are %s",
        String.join(",", queues),
        String.join(", ", new TreeSet<>(WorkerProcess.QUEUES)));
    try (Session session = Session.shared(program, connection, metricsPort, queues)) {
      program
          .terminal()
          .say("working   on " + String.join(", ", new TreeSet<>(queues)) + "; SIGTERM ends it");
      session.forever();
    }
    return 0;
  }
}
