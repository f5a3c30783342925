package dev.espalier.workflows;

import dev.espalier.compression.ExternalProgram;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** The real Temporal server of the {@code temporal} command, in memory, on a free port. */
public final class DevServer {
  private DevServer() {}

  /** Starts it; without a {@code temporal} the test ends as {@link ExternalProgram#get} says. */
  public static TemporalDevServer start() throws IOException {
    return start(freePort());
  }

  /** As {@link #start()}, on this port. */
  public static TemporalDevServer start(int port) {
    return TemporalDevServer.start(
        "default",
        TemporalDevServerOptions.newBuilder()
            .setExistingPath(ExternalProgram.TEMPORAL.get().toString())
            .setDownloadEnabled(false)
            .setIp("127.0.0.1")
            .setPort(port)
            .setUiEnabled(false)
            .setLogLevel("error")
            .build());
  }

  /** A client of it that speaks as this program does. */
  static WorkflowClient client(TemporalDevServer server) {
    return WorkflowClient.newInstance(
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(server.getTarget()).build()),
        WorkflowClientOptions.newBuilder().setDataConverter(WireFormat.converter()).build());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
