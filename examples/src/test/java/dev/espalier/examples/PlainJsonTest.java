package dev.espalier.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.Json;
import dev.espalier.workflows.DevServer;
import dev.espalier.workflows.InProcess;
import io.temporal.testing.TemporalDevServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

/** Whatever speaks to Temporal starts a run with plain JSON: over a real server. */
@Timeout(600)
class PlainJsonTest {
  private static final Path SCRIPT = Path.of("src/main/python/start_run.py");

  private static TemporalDevServer server;
  private static InProcess workers;

  @BeforeAll
  static void start() throws IOException {
    server = DevServer.start();
    workers = InProcess.at(server.getTarget());
  }

  @AfterAll
  static void end() {
    if (workers != null) workers.close();
    if (server != null) server.close();
  }

  @Test
  void aPythonProgramStartsARunAndReadsItsResult() throws Exception {
    String python = ExternalProgram.PYTHON.get().toString();
    if (run(List.of(python, "-c", "import temporalio")).exitCode() != 0) {
      String absent = "NOT RUN: " + python + " has no package temporalio";
      System.out.println(absent);
      throw new TestAbortedException(absent);
    }
    Ended ended =
        run(
            List.of(
                python, SCRIPT.toString(), server.getTarget(), "{\"prune\": {\"ratio\": 0.3}}"));
    assertThat(ended.exitCode()).as(ended.out()).isZero();
    assertThat(ended.out())
        .contains("run from-python", "steps 8", "Fréchet distance 25.0")
        .contains("report runs/from-python/report.html");
  }

  @Test
  void theCommandLineToolStartsARun() throws Exception {
    String temporal = ExternalProgram.TEMPORAL.get().toString();
    Ended ended =
        run(
            List.of(
                temporal,
                "workflow",
                "execute",
                "--address",
                server.getTarget(),
                "--type",
                "CompressionWorkflow",
                "--task-queue",
                "compress",
                "--workflow-id",
                "from-the-tool",
                "--input",
                "{\"prune\": {\"ratio\": 0.5}}",
                "--output",
                "json"));
    assertThat(ended.exitCode()).as(ended.out()).isZero();
    assertThat(
            Json.parse(ended.out(), "temporal").at("/result/finetuned/frechetDistance").asDouble())
        .isEqualTo(45);
  }

  private record Ended(int exitCode, String out) {}

  private static Ended run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process = builder.start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), out);
    } finally {
      process.destroyForcibly();
    }
  }
}
