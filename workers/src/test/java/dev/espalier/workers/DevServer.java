package dev.espalier.workers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
final class DevServer {
  private DevServer() {}

  /** Starts it; where there is no {@code temporal} on the path the test is skipped, in words. */
  static TemporalDevServer start() throws IOException {
    Optional<Path> tool =
        List.of(System.getenv("PATH").split(":")).stream()
            .map(folder -> Path.of(folder, "temporal"))
            .filter(Files::isExecutable)
            .findFirst();
    if (tool.isEmpty()) System.err.println("SKIPPED: no `temporal` command on the path");
    assumeTrue(tool.isPresent(), "no `temporal` command on the path");
    return TemporalDevServer.start(
        "default",
        TemporalDevServerOptions.newBuilder()
            .setExistingPath(tool.get().toString())
            .setDownloadEnabled(false)
            .setIp("127.0.0.1")
            .setPort(freePort())
            .setUiEnabled(false)
            .setLogLevel("error")
            .build());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
