package dev.espalier.workers.connection;

import com.uber.m3.tally.Scope;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workflows.WireFormat;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testserver.TestServer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Temporal server of this process, by the first of these that holds:
 *
 * <ol>
 *   <li>the address given by {@code --temporal} or {@code TEMPORAL_ADDRESS}, with TLS and
 *       credentials as {@link TemporalAccess} says; {@value #EMBEDDED} stands for the last of
 *       these;
 *   <li>a server that answers on 127.0.0.1:7233;
 *   <li>the {@code temporal} command line tool ({@code TEMPORAL_CLI}, else on the path): its
 *       development server is started, with user interface and database, and ended with this
 *       process;
 *   <li>the SDK's test server, in process, in real time and without a port: no user interface, and
 *       it remembers nothing. The results on the shelf outlive it all the same.
 * </ol>
 */
public final class TemporalConnection implements AutoCloseable {
  /** The address that stands for the server in process. */
  public static final String EMBEDDED = "embedded";

  private static final String LOCAL = "127.0.0.1:7233";

  private final WorkflowServiceStubs service;
  private final WorkflowClient client;
  private final String description;
  private final Runnable close;

  private TemporalConnection(
      WorkflowServiceStubs service, String namespace, String description, Runnable close) {
    this.service = service;
    this.client =
        WorkflowClient.newInstance(
            service,
            WorkflowClientOptions.newBuilder()
                .setNamespace(namespace)
                .setDataConverter(WireFormat.converter())
                .build());
    this.description = description;
    this.close = close;
  }

  /**
   * @param address the option {@code --temporal}, if given
   * @param metrics where the SDK reports its own meters
   * @throws InvalidInput if the server that was named does not answer
   */
  public static TemporalConnection open(
      Settings settings, WorkFolder folder, @Nullable String address, Scope metrics) {
    return lasting(settings, folder, address, metrics)
        .orElseGet(() -> inProcess(namespace(settings), metrics));
  }

  /**
   * The first three only: a server that other processes reach too.
   *
   * @throws InvalidInput if the server that was named does not answer
   */
  public static Optional<TemporalConnection> lasting(
      Settings settings, WorkFolder folder, @Nullable String address, Scope metrics) {
    if (given(settings, address).isPresent()) return running(settings, address, metrics);
    if (Health.listens(LOCAL)) {
      Runnable end =
          StartedServer.adopt(folder)
              .<Runnable>map(left -> () -> left.end(folder))
              .orElse(() -> {});
      return Optional.of(found(namespace(settings), metrics, end));
    }
    return CommandLineTool.find(settings)
        .map(tool -> started(tool, folder, namespace(settings), metrics));
  }

  /**
   * As {@link #lasting}, but a server that was named and is away is waited for.
   *
   * @param said is told now and then what is waited for
   * @throws InvalidInput if what is there will not answer however long one waits
   */
  public static Optional<TemporalConnection> awaited(
      Settings settings,
      WorkFolder folder,
      @Nullable String address,
      Scope metrics,
      Consumer<String> said)
      throws InterruptedException {
    Optional<String> given = given(settings, address);
    if (given.isEmpty() || given.get().equals(EMBEDDED)) {
      return lasting(settings, folder, address, metrics);
    }
    TemporalAccess access = TemporalAccess.of(settings);
    Waiting waiting = new Waiting(said);
    while (true) {
      Answer answer = ask(given.get(), access, metrics);
      if (answer.server != null) return Optional.of(answer.server);
      if (!answer.trouble.passing()) throw new InvalidInput(answer.trouble.line());
      waiting.after("no Temporal server answers at " + given.get());
    }
  }

  /**
   * The first two only: a server that runs already.
   *
   * @throws InvalidInput if the server that was named does not answer
   */
  public static Optional<TemporalConnection> running(
      Settings settings, @Nullable String address, Scope metrics) {
    Optional<String> given = given(settings, address);
    if (given.equals(Optional.of(EMBEDDED))) return Optional.empty();
    if (given.isPresent()) {
      return Optional.of(named(given.get(), TemporalAccess.of(settings), metrics));
    }
    return Health.listens(LOCAL)
        ? Optional.of(found(namespace(settings), metrics, () -> {}))
        : Optional.empty();
  }

  public WorkflowClient client() {
    return client;
  }

  /** Whether the server is still there. */
  public boolean answers() {
    return Health.answers(service);
  }

  /** What was chosen, and where its user interface is, for a person. */
  public String description() {
    return description;
  }

  @Override
  public void close() {
    service.shutdownNow();
    service.awaitTermination(2, TimeUnit.SECONDS);
    close.run();
  }

  private static Optional<String> given(Settings settings, @Nullable String option) {
    if (option != null) return Optional.of(option);
    if (settings.variable("TEMPORAL_ADDRESS").equals(Optional.of(EMBEDDED))) {
      return Optional.of(EMBEDDED);
    }
    return TemporalAccess.of(settings).address();
  }

  private static String namespace(Settings settings) {
    return settings.variable("TEMPORAL_NAMESPACE").orElse("default");
  }

  /** A server that answered, or why none did. */
  private record Answer(@Nullable TemporalConnection server, Health.Trouble trouble) {}

  private static TemporalConnection named(String address, TemporalAccess access, Scope metrics) {
    Answer answer = ask(address, access, metrics);
    if (answer.server != null) return answer.server;
    throw new InvalidInput(answer.trouble.line());
  }

  private static Answer ask(String address, TemporalAccess access, Scope metrics) {
    InvalidInput.require(
        address.matches("[^\\s:/]+:[0-9]{1,5}"),
        "Temporal address '%s' is not legal; it is HOST:PORT, such as 127.0.0.1:7233",
        address);
    WorkflowServiceStubsOptions options = access.options(address, metrics);
    if (!Health.listensFar(address)) {
      String line =
          "no Temporal server answers at "
              + address
              + "; start it, or leave out --temporal and TEMPORAL_ADDRESS to use what there is on"
              + " this machine";
      return new Answer(null, new Health.Trouble(line, true));
    }
    WorkflowServiceStubs service = WorkflowServiceStubs.newServiceStubs(options);
    Optional<Health.Trouble> trouble = Health.trouble(service);
    if (trouble.isPresent()) {
      service.shutdownNow();
      String line =
          String.format(
              "what listens at %s does not answer as Temporal, asked %s TLS (%s)",
              address, access.encrypted() ? "with" : "without", trouble.get().line());
      return new Answer(null, new Health.Trouble(line, trouble.get().passing()));
    }
    TemporalConnection server =
        new TemporalConnection(
            service,
            access.namespace(),
            "server at " + address + (access.encrypted() ? ", with TLS" : ""),
            () -> {});
    return new Answer(server, new Health.Trouble("", true));
  }

  private static TemporalConnection found(String namespace, Scope metrics, Runnable end) {
    WorkflowServiceStubs service = service(LOCAL, metrics);
    if (!Health.answers(service)) {
      service.shutdownNow();
      throw new InvalidInput(
          "port 7233 is taken by something that does not answer as a Temporal server; end it, or"
              + " name a server with TEMPORAL_ADDRESS");
    }
    return new TemporalConnection(
        service, namespace, "server found at " + LOCAL + interfaceOf(), end);
  }

  private static TemporalConnection started(
      Path cli, WorkFolder folder, String namespace, Scope metrics) {
    TemporalDevServer server = CommandLineTool.start(cli, folder, namespace);
    StartedServer.note(folder);
    return new TemporalConnection(
        service(server.getTarget(), metrics),
        namespace,
        "development server started by " + cli + interfaceOf(),
        () -> {
          server.close();
          StartedServer.forget(folder);
        });
  }

  private static TemporalConnection inProcess(String namespace, Scope metrics) {
    TestServer.InProcessTestServer server = TestServer.createServer(true);
    WorkflowServiceStubs service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder()
                .setChannel(server.getChannel())
                .setMetricsScope(metrics)
                .build());
    return new TemporalConnection(
        service,
        namespace,
        "in this process, without user interface (a `temporal` command on the path gives one)",
        server::close);
  }

  private static WorkflowServiceStubs service(String target, Scope metrics) {
    return WorkflowServiceStubs.newServiceStubs(
        WorkflowServiceStubsOptions.newBuilder()
            .setTarget(target)
            .setMetricsScope(metrics)
            .build());
  }

  private static String interfaceOf() {
    return Health.listens("127.0.0.1:" + CommandLineTool.INTERFACE_PORT)
        ? ", to be seen at http://127.0.0.1:" + CommandLineTool.INTERFACE_PORT
        : "";
  }
}
