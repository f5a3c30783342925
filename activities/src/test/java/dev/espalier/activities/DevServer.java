package dev.espalier.activities;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.workflows.WireFormat;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The real Temporal server of the {@code temporal} command, in memory, on a free port. */
final class DevServer implements AutoCloseable {
  private final TemporalDevServer server;
  final WorkflowServiceStubs service;
  final WorkflowClient client;

  private DevServer(TemporalDevServer server) {
    this.server = server;
    service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(server.getTarget()).build());
    client =
        WorkflowClient.newInstance(
            service,
            WorkflowClientOptions.newBuilder().setDataConverter(WireFormat.converter()).build());
  }

  /** Starts it; where there is no {@code temporal} on the path the test is skipped, in words. */
  static DevServer start() throws IOException {
    Optional<Path> tool =
        List.of(System.getenv("PATH").split(":")).stream()
            .map(folder -> Path.of(folder, "temporal"))
            .filter(Files::isExecutable)
            .findFirst();
    if (tool.isEmpty()) System.err.println("SKIPPED: no `temporal` command on the path");
    assumeTrue(tool.isPresent(), "no `temporal` command on the path");
    return new DevServer(
        TemporalDevServer.start(
            "default",
            TemporalDevServerOptions.newBuilder()
                .setExistingPath(tool.get().toString())
                .setDownloadEnabled(false)
                .setIp("127.0.0.1")
                .setPort(freePort())
                .setUiEnabled(false)
                .setLogLevel("error")
                .build()));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    service.shutdownNow();
    server.close();
  }
}
