package dev.espalier.workers.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.ExternalProgram;
import dev.espalier.workers.metrics.MetricsEndpoint;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the program starts listens on the loopback alone, by the kernel's own tables. */
@EnabledOnOs(OS.LINUX)
class LoopbackTest {
  private static final long ME = ProcessHandle.current().pid();

  @TempDir Path work;

  @Test
  void aSocketThatOthersReachWouldBeSeen() throws Exception {
    List<String> before = ListeningSockets.of(ME);
    try (ServerSocket wide = new ServerSocket(0)) {
      List<String> now = new ArrayList<>(ListeningSockets.of(ME));
      now.removeAll(before);
      assertThat(now).hasSize(1).noneMatch(ListeningSockets::isLoopback);
    }
    try (ServerSocket near = new ServerSocket()) {
      near.bind(new InetSocketAddress("127.0.0.1", 0));
      List<String> now = new ArrayList<>(ListeningSockets.of(ME));
      now.removeAll(before);
      assertThat(now).hasSize(1).allMatch(ListeningSockets::isLoopback);
    }
  }

  @Test
  void metricsStoreAndServerInProcess() throws Exception {
    List<String> before = ListeningSockets.of(ME);
    Settings settings = Settings.of(Map.of("TEMPORAL_ADDRESS", "embedded"), work);
    try (MetricsEndpoint metrics = MetricsEndpoint.at(0);
        TemporalConnection temporal =
            TemporalConnection.open(settings, settings.workFolder(), null, metrics.temporal());
        StoreConnection store = StoreConnection.open(settings, settings.workFolder())) {
      assertThat(temporal.answers()).isTrue();
      assertThat(store.store().list("runs")).isEmpty();
      List<String> mine = new ArrayList<>(ListeningSockets.of(ME));
      mine.removeAll(before);
      assertThat(mine).as("metrics and store").hasSize(2).allMatch(ListeningSockets::isLoopback);
    }
  }

  @Test
  void theDevelopmentServerItStarts() throws Exception {
    Path tool = ExternalProgram.TEMPORAL.get();
    Assumptions.assumeFalse(
        Health.listens("127.0.0.1:7233") || Health.listens("127.0.0.1:8233"),
        "a Temporal server of this machine has the ports");
    Settings settings = Settings.of(Map.of("TEMPORAL_CLI", tool.toString()), work);
    try (MetricsEndpoint metrics = MetricsEndpoint.at(0);
        TemporalConnection temporal =
            TemporalConnection.open(settings, settings.workFolder(), null, metrics.temporal())) {
      assertThat(temporal.answers()).isTrue();
      List<String> theirs = new ArrayList<>();
      for (ProcessHandle child : ProcessHandle.current().descendants().toList()) {
        try {
          theirs.addAll(ListeningSockets.of(child.pid()));
        } catch (NoSuchFileException e) {
          assertThat(child.isAlive()).isFalse(); // Ended meanwhile.
        }
      }
      assertThat(theirs)
          .as("server and user interface")
          .hasSizeGreaterThanOrEqualTo(2)
          .allMatch(ListeningSockets::isLoopback);
    }
  }
}
