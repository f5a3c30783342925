package dev.espalier.workers.command;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.SearchAttributeSetup;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Terminal;
import dev.espalier.workers.metrics.MetricsEndpoint;
import dev.espalier.workers.process.Deployment;
import dev.espalier.workers.process.Stages;
import dev.espalier.workers.process.WorkerProcess;
import dev.espalier.workflows.RunView;
import dev.espalier.workflows.StageOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What a command that works holds open: meters, store, server, and the worker in this process. It
 * is closed in the opposite order, also when the process is asked to end.
 */
final class Session implements AutoCloseable {
  /** Pages of the metrics port for an orchestrator's probes. */
  static final String ALIVE = "/health/live";

  static final String READY = "/health/ready";

  private final Deque<Runnable> open = new ArrayDeque<>();
  private final Terminal terminal;
  private final Thread hook = new Thread(this::end, "end");
  private final WorkFolder folder;
  private final StoreConnection store;
  private final TemporalConnection temporal;
  private volatile boolean ending;

  /** Why no work can be taken; empty once it can. */
  private volatile String unready = "starting";

  private Session(
      Program program,
      ConnectionOptions options,
      @Nullable Integer port,
      Set<String> queues,
      boolean shared)
      throws IOException {
    terminal = program.terminal();
    Settings settings = program.settings(options.work);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      folder = program.workFolder(settings);
      MetricsEndpoint metrics = keep(MetricsPort.open(settings, port));
      metrics.watch(settings.work());
      Optional<Path> smi = settings.program("ESPALIER_NVIDIA_SMI", "nvidia-smi");
      if (smi.isPresent()) metrics.watchGpus(smi.get());
      metrics.page(ALIVE, () -> true, () -> "alive");
      metrics.page(READY, () -> unready.isEmpty(), () -> unready.isEmpty() ? "ready" : unready);
      temporal = keep(temporal(settings, options, metrics, shared));
      store =
          keep(
              shared
                  ? StoreConnection.awaited(settings, folder, this::waits)
                  : StoreConnection.open(settings, folder));
      terminal.say("Temporal  " + temporal.description());
      terminal.say("results   " + store.description() + "; metrics " + metrics.address());
      if (!queues.isEmpty()) {
        Stages.Resources resources =
            new Stages.Resources(
                settings, folder, store.store(), program.recipes(), metrics.registry());
        Stages stages = program.assembly().assemble(resources);
        keep(
            WorkerProcess.start(
                temporal,
                store.identity(),
                queues,
                stages,
                Deployment.of(settings),
                queues.contains(StageOptions.COMPRESS) ? view(settings) : RunView.PLAIN));
      }
      unready = "";
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    } catch (InterruptedException e) {
      close();
      throw new InterruptedIOException("while waiting for a server");
    }
  }

  /**
   * For a command that starts a run.
   *
   * @param port the option {@code --metrics-port}, if given
   * @param queues what the worker in this process serves; none starts no worker
   * @throws InvalidInput naming what cannot be used: folder, port, server or store
   */
  static Session open(
      Program program, ConnectionOptions options, @Nullable Integer port, Set<String> queues)
      throws IOException {
    return new Session(program, options, port, queues, false);
  }

  /**
   * For a worker alone; as {@link #open}, but the server must be one that others reach too, and a
   * server or a store that was named and is away is waited for.
   */
  static Session shared(
      Program program, ConnectionOptions options, @Nullable Integer port, Set<String> queues)
      throws IOException {
    return new Session(program, options, port, queues, true);
  }

  TemporalConnection temporal() {
    return temporal;
  }

  StoreConnection store() {
    return store;
  }

  WorkFolder folder() {
    return folder;
  }

  /** Whether the process was asked to end; what then fails in other threads is of no account. */
  boolean ending() {
    return ending;
  }

  /** Returns never: the process ends when it is asked to. */
  void forever() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @Override
  public void close() {
    if (!ending) Runtime.getRuntime().removeShutdownHook(hook);
    closeAll();
  }

  private void end() {
    ending = true;
    unready = "ending";
    terminal.say("stopping; started again, it goes on from the last checkpoint");
    closeAll();
  }

  private synchronized void closeAll() {
    while (!open.isEmpty()) open.pop().run();
  }

  private <C extends AutoCloseable> C keep(C resource) {
    open.push(
        () -> {
          try {
            resource.close();
          } catch (Exception e) {
            terminal.say("not closed: " + e.getMessage());
          }
        });
    return resource;
  }

  /** How runs are seen; why they cannot be searched for is said. */
  private RunView view(Settings settings) {
    RunView links =
        new RunView(
            false,
            settings.variable("ESPALIER_GRAFANA_URL").orElse(null),
            settings.variable("ESPALIER_REPORT_URL").orElse(null));
    Optional<String> trouble = SearchAttributeSetup.trouble(temporal.client());
    trouble.ifPresent(line -> terminal.say("search    " + line));
    return new RunView(trouble.isEmpty(), links.grafana(), links.reports());
  }

  private TemporalConnection temporal(
      Settings settings, ConnectionOptions options, MetricsEndpoint metrics, boolean shared)
      throws InterruptedException {
    if (!shared) {
      return TemporalConnection.open(settings, folder, options.temporal, metrics.temporal());
    }
    return TemporalConnection.awaited(
            settings, folder, options.temporal, metrics.temporal(), this::waits)
        .orElseThrow(
            () ->
                new InvalidInput(
                    "no Temporal server to work for; name one with --temporal or"
                        + " TEMPORAL_ADDRESS"));
  }

  private void waits(String reason) {
    unready = reason;
    terminal.say("waiting   " + reason + "; SIGTERM ends it");
  }
}
