package dev.espalier.workers.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.InvalidInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporalConnectionTest {
  @TempDir Path work;

  @Test
  void theServerInProcessAnswersUntilItIsClosed() {
    Settings settings = settings(Map.of("TEMPORAL_ADDRESS", "embedded"));
    TemporalConnection embedded =
        TemporalConnection.open(settings, settings.workFolder(), null, new NoopScope());
    assertThat(Health.answers(embedded.client().getWorkflowServiceStubs())).isTrue();
    embedded.close();
    assertThat(Health.answers(embedded.client().getWorkflowServiceStubs())).isFalse();
  }

  @Test
  void theOptionWinsOverTheVariable() {
    Settings settings = settings(Map.of("TEMPORAL_ADDRESS", "127.0.0.1:1"));
    assertThat(TemporalConnection.running(settings, "embedded", new NoopScope())).isEmpty();
    assertThatThrownBy(() -> TemporalConnection.running(settings, null, new NoopScope()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("no Temporal server answers at 127.0.0.1:1; start it");
  }

  @Test
  void theCommandLineToolIsTheOneNamedElseTheFirstOnThePath() throws Exception {
    Path first = Files.createDirectories(work.resolve("a"));
    Path tool = Files.createDirectories(work.resolve("b")).resolve("temporal");
    Files.writeString(tool, "#!/bin/sh\n");
    String path = first + java.io.File.pathSeparator + tool.getParent();
    assertThat(CommandLineTool.find(settings(Map.of("PATH", path)))).isEmpty();
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    assertThat(CommandLineTool.find(settings(Map.of("PATH", path)))).isEqualTo(Optional.of(tool));
    Settings wrong = settings(Map.of("PATH", path, "TEMPORAL_CLI", first + "/none"));
    assertThatThrownBy(() -> CommandLineTool.find(wrong))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("which is no program");
  }

  private Settings settings(Map<String, String> environment) {
    return Settings.of(environment, work);
  }
}
