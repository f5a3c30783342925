package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.FreePort;
import dev.espalier.workflows.DevServer;
import io.temporal.testing.TemporalDevServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The worker as a process of its own, started before its server or its store. */
@Timeout(600)
@DisabledOnOs(OS.WINDOWS)
class WorkerWaitsTest {
  private static final int TERMINATED = 143;

  @TempDir Path work;

  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Process worker;

  @AfterEach
  void end() {
    if (worker != null) worker.destroyForcibly();
  }

  @Test
  void aServerThatIsAwayIsWaitedForUntilItComes() throws Exception {
    Path tool = ExternalProgram.TEMPORAL.get();
    assertThat(tool).isExecutable();
    int temporal = FreePort.find();
    int metrics = FreePort.find();
    Process process = start(temporal, metrics);
    until("waiting   no Temporal server answers at 127.0.0.1:" + temporal + " yet, since 0 s");
    assertThat(ask(metrics, "/health/live")).isEqualTo(200);
    assertThat(ask(metrics, "/health/ready")).isEqualTo(503);
    assertThat(healthy(metrics)).isFalse();
    try (TemporalDevServer server = DevServer.start(temporal)) {
      assertThat(server.getTarget()).endsWith(":" + temporal);
      until("working   on cpu; SIGTERM ends it");
      assertThat(ask(metrics, "/health/ready")).isEqualTo(200);
      assertThat(ask(metrics, "/metrics")).isEqualTo(200);
      assertThat(healthy(metrics)).isTrue();
      process.destroy();
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(TERMINATED);
    }
  }

  @Test
  void sigtermEndsTheWaiting() throws Exception {
    int metrics = FreePort.find();
    Process process = start(FreePort.find(), metrics);
    until("SIGTERM ends it");
    process.destroy();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(TERMINATED);
    assertThat(said()).contains("stopping").doesNotContain("\tat ");
  }

  @Test
  void aStoreThatIsAwayIsWaitedForUntilItComes() throws Exception {
    int store = FreePort.find();
    int metrics = FreePort.find();
    try (TemporalDevServer server = DevServer.start()) {
      Process process = start(portOf(server), metrics, s3(store, "secret"));
      until(
          "waiting   no object store answers at http://127.0.0.1:" + store + " (ConnectException");
      assertThat(said()).contains(" yet, since 0 s; SIGTERM ends it").doesNotContain("try 2");
      assertThat(ask(metrics, "/health/live")).isEqualTo(200);
      assertThat(ask(metrics, "/health/ready")).isEqualTo(503);
      assertThat(process.isAlive()).isTrue();
      S3Proxy proxy = store(store);
      try {
        until("working   on cpu; SIGTERM ends it");
        assertThat(ask(metrics, "/health/ready")).isEqualTo(200);
        process.destroy();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      } finally {
        proxy.stop();
      }
    }
  }

  @Test
  void aStoreThatRefusesIsNotWaitedFor() throws Exception {
    int store = FreePort.find();
    S3Proxy proxy = store(store);
    try (TemporalDevServer server = DevServer.start()) {
      Process process = start(portOf(server), FreePort.find(), s3(store, "another"));
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(2);
      assertThat(said()).contains("S3_ACCESS_KEY, S3_SECRET_KEY: ").doesNotContain("waiting");
    } finally {
      proxy.stop();
    }
  }

  @Test
  void sigtermEndsTheWaitingForAStore() throws Exception {
    try (TemporalDevServer server = DevServer.start()) {
      Process process = start(portOf(server), FreePort.find(), s3(FreePort.find(), "secret"));
      until("SIGTERM ends it");
      process.destroy();
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(TERMINATED);
      assertThat(said()).contains("stopping").doesNotContain("\tat ");
    }
  }

  private S3Proxy store(int port) throws Exception {
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(
                new FilesystemNio2BlobStore(
                    Files.createDirectories(work.resolve("objects")).toString()))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, "access", "secret")
            .build();
    proxy.start();
    return proxy;
  }

  private static Map<String, String> s3(int port, String secret) {
    return Map.of(
        "S3_ENDPOINT",
        "http://127.0.0.1:" + port,
        "S3_ACCESS_KEY",
        "access",
        "S3_SECRET_KEY",
        secret);
  }

  private static int portOf(TemporalDevServer server) {
    String target = server.getTarget();
    return Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
  }

  private Process start(int temporal, int metrics) throws IOException {
    return start(temporal, metrics, Map.of());
  }

  private Process start(int temporal, int metrics, Map<String, String> variables)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx300m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Espalier.class.getName(),
            "worker",
            "--queues",
            "cpu",
            "--temporal",
            "127.0.0.1:" + temporal,
            "--metrics-port",
            String.valueOf(metrics));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("said").toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(S3|TEMPORAL|ESPALIER)_.*"));
    builder.environment().put("ESPALIER_HOME", work.toString());
    builder.environment().putAll(variables);
    Process process = builder.start();
    worker = process;
    return process;
  }

  private void until(String line) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (!said().contains(line)) {
      assertThat(System.nanoTime()).as(said()).isLessThan(end);
      Thread.sleep(100);
    }
  }

  private String said() throws IOException {
    return Files.readString(work.resolve("said"));
  }

  private int ask(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** What the container's health check says. */
  private static boolean healthy(int port) throws Exception {
    Path check = Path.of(System.getProperty("espalier.root"), "infra/worker-health");
    return new ProcessBuilder("bash", check.toString(), String.valueOf(port)).start().waitFor()
        == 0;
  }
}
