package dev.espalier.workers.command;

import dev.espalier.workers.process.WorkerProcess;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that starts a run and shows its result. */
final class WorkOptions {
  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--metrics-port", paramLabel = "PORT", description = MetricsPort.DESCRIPTION)
  @Nullable Integer metricsPort;

  @Option(
      names = "--no-worker",
      description = "Only start and follow; workers elsewhere do the work.")
  boolean noWorker;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  /** Opens what the run needs. */
  Session open(Program program) throws IOException {
    Set<String> queues = noWorker ? Set.of() : WorkerProcess.QUEUES;
    return Session.open(program, connection, metricsPort, queues);
  }
}
