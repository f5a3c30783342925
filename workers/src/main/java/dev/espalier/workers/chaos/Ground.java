package dev.espalier.workers.chaos;

import com.uber.m3.tally.NoopScope;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Config;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.CommandLineTool;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * The servers and workers of one trial, each a process of its own on 127.0.0.1 with its state in
 * the trial's folder. What is open is ended, by its process id, with the trial.
 */
final class Ground implements AutoCloseable {
  private static final String BUCKET = "chaos";

  private final Tools tools;
  private final StoreKind kind;
  private final Path folder;
  private final int temporalPort = Child.freePort();
  private final int storePort = Child.freePort();
  private final FaultProxy proxy;
  private final List<Worker> workers = new ArrayList<>();
  private Child temporal;
  private Child store;
  private final TemporalConnection connection;
  private final ObjectStore objects;

  Ground(Tools tools, StoreKind kind, Path folder) throws Exception {
    this.tools = tools;
    this.kind = kind;
    this.folder = Files.createDirectories(folder);
    this.temporal = startTemporal();
    this.store = startStore();
    this.proxy = new FaultProxy(storePort);
    try {
      Settings settings = new Settings(tools.settings().home(), folder, addresses(storePort));
      this.connection = connection(settings);
      this.objects = objects(settings);
    } catch (Exception e) {
      proxy.close();
      temporal.close();
      store.close();
      throw e;
    }
  }

  /** Both servers may listen a while before they serve. */
  private TemporalConnection connection(Settings settings) throws InterruptedException {
    return TemporalConnection.awaited(
            settings, settings.workFolder(), null, new NoopScope(), line -> at(temporal, line))
        .orElseThrow();
  }

  private ObjectStore objects(Settings settings) throws IOException, InterruptedException {
    return StoreConnection.awaited(settings, settings.workFolder(), line -> at(store, line))
        .store();
  }

  private static void at(Child server, String waited) {
    InvalidInput.require(server.alive(), "the server ended: %s", waited);
  }

  /** Where the servers are, for whoever reaches the store at {@code s3}, a port of 127.0.0.1. */
  private Map<String, String> addresses(int s3) {
    return Map.of(
        "TEMPORAL_ADDRESS",
        "127.0.0.1:" + temporalPort,
        S3Config.ENDPOINT,
        "http://127.0.0.1:" + s3,
        S3Config.ACCESS_KEY,
        StoreKind.ACCESS,
        S3Config.SECRET_KEY,
        StoreKind.SECRET,
        S3Config.BUCKET,
        BUCKET);
  }

  /** A worker process, ready when it answers for its meters. */
  record Worker(Child process, int metricsPort) {
    /** What its identity on the server begins with. */
    String identity() {
      return process.pid() + "@";
    }
  }

  /**
   * Starts a worker on all queues with one thread for arithmetic.
   *
   * @param slot names its folder and log; workers of one slot follow each other
   * @param environment on top of the usual
   */
  Worker worker(String slot, Map<String, String> environment) throws Exception {
    int port = Child.freePort();
    Child process =
        program(
            slot,
            List.of("worker", "--verbose", "--metrics-port", String.valueOf(port)),
            environment);
    Worker worker = new Worker(process, port);
    synchronized (workers) {
      workers.add(worker);
    }
    return worker;
  }

  /** Starts a command of the program on these servers; whoever starts it ends it. */
  Child program(String slot, List<String> arguments, Map<String, String> environment)
      throws Exception {
    List<String> command = new ArrayList<>(tools.java());
    command.add("dev.espalier.workers.Espalier");
    command.addAll(arguments);
    Map<String, String> variables = new HashMap<>();
    variables.put("ESPALIER_HOME", tools.settings().home().toString());
    variables.put("ESPALIER_WORK", folder.resolve(slot).toString());
    variables.put("ESPALIER_THREADS", "1");
    variables.put("ESPALIER_MIN_FREE_MB", "0");
    variables.putAll(addresses(proxy.port()));
    variables.putAll(environment);
    return Child.start(command, variables, log(slot));
  }

  Worker worker(String slot) throws Exception {
    return worker(slot, Map.of());
  }

  /** Starts two workers, of the slots 1 and 2. */
  List<Worker> crew() throws Exception {
    return new ArrayList<>(List.of(worker("worker-1"), worker("worker-2")));
  }

  /**
   * Starts those again that have ended by themselves, as whatever runs workers in earnest does: one
   * that finds no server when it starts says so and ends.
   *
   * @param crew the workers of slots 1, 2, …; replaced in place
   */
  void revive(List<Worker> crew) throws Exception {
    for (int slot = 0; slot < crew.size(); slot++) {
      if (!crew.get(slot).process().alive()) crew.set(slot, worker("worker-" + (slot + 1)));
    }
  }

  Path log(String name) {
    return folder.resolve(name + ".log");
  }

  WorkflowClient client() {
    return connection.client();
  }

  /** The store past the proxy. */
  ObjectStore objects() {
    return objects;
  }

  Shelf shelf() {
    return new Shelf(objects, folder.resolve("cache"), Map.of());
  }

  /** What lies between the workers and the store. */
  FaultProxy proxy() {
    return proxy;
  }

  /** Ends the Temporal server as a power cut would, and starts it again on its database. */
  void crashTemporal(long awayMillis) throws Exception {
    temporal.kill();
    Thread.sleep(awayMillis);
    temporal = startTemporal();
  }

  /** Ends the object store as a power cut would, and starts it again on its folder. */
  void crashStore(long awayMillis) throws Exception {
    store.kill();
    Thread.sleep(awayMillis);
    store = startStore();
  }

  @Override
  public void close() throws IOException {
    synchronized (workers) {
      workers.forEach(worker -> worker.process().close());
    }
    connection.close();
    proxy.close();
    temporal.close();
    store.close();
  }

  private Child startTemporal() throws Exception {
    Stream<String> start =
        Stream.of(
            tools.temporal().toString(),
            "server",
            "start-dev",
            "--headless",
            "--ip",
            "127.0.0.1",
            "--port",
            String.valueOf(temporalPort),
            "--db-filename",
            folder.resolve("temporal.db").toString(),
            "--log-level",
            "error");
    List<String> command = Stream.concat(start, CommandLineTool.SETTINGS.stream()).toList();
    return started(() -> Child.start(command, Map.of(), log("temporal")), temporalPort);
  }

  private Child startStore() throws Exception {
    StoreKind.Start start =
        kind.start(
            tools.minio().orElse(Path.of("minio")),
            tools.java(),
            folder.resolve("objects"),
            storePort);
    return started(
        () -> Child.start(start.command(), start.environment(), log("store")), storePort);
  }

  /**
   * Starts a server, and once more where it ends before it listens, as whatever runs servers in
   * earnest does: Temporal chooses ports for its parts and may find one taken a moment later.
   */
  private static Child started(Callable<Child> server, int port) throws Exception {
    try {
      return server.call().listening(port);
    } catch (InvalidInput e) {
      return server.call().listening(port);
    }
  }
}
