package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
  @TempDir Path work;

  @Test
  void bothSidesTakeTurnsAndTheirRatioIsTold() throws IOException {
    Path python =
        script(
            """
            #!/bin/sh
            if [ "$2" = versions ]; then echo python=0 torch=0; exit; fi
            echo ready
            while read -r line; do echo took 1000; done
            echo 'end {"peakMiB": 12.5}'
            """);
    Invocation bench =
        Invocation.of(
            work, "bench", "safetensors", "--rounds", "2", "--json", "--python", python.toString());
    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode line = Json.parse(bench.out(), "bench");
    assertThat(line.get("name").asText()).isEqualTo("safetensors");
    assertThat(line.get("python").asDouble()).isEqualTo(1000);
    assertThat(line.get("ours").asDouble()).isPositive().isLessThan(60);
    assertThat(line.get("ratio").asDouble())
        .isCloseTo(line.get("ours").asDouble() / 1000, within(1e-9));
    assertThat(line.get("rounds").asInt()).isEqualTo(2);
    assertThat(line.get("pythonPeakMiB").asDouble()).isEqualTo(12.5);
    assertThat(line.at("/environment/torch").asText()).isEqualTo("0");
    assertThat(work.resolve("state/bench.json")).exists();
  }

  @Test
  void aPythonWithoutThePackagesIsToldWhatToInstall() throws IOException {
    Path python = script("#!/bin/sh\nexit 1\n");
    Invocation bench = Invocation.of(work, "bench", "svs", "--python", python.toString());
    assertThat(bench.exitCode()).isEqualTo(2);
    assertThat(bench.err()).contains("lacks packages; `python3 -m venv .bench");
  }

  @Test
  void anUnknownNameIsRefusedBeforeAnythingRuns() {
    Invocation bench = Invocation.of(work, "bench", "training", "speed");
    assertThat(bench.exitCode()).isEqualTo(2);
    assertThat(bench.err()).contains("benchmark 'speed' does not exist; legal: training, ");
  }

  @Test
  void enduranceTellsHowMemoryAndTimeGrew() {
    Invocation bench = Invocation.of(work, "bench", "--endurance", "500");
    assertThat(bench.exitCode()).as(bench.err()).isZero();
    JsonNode told = Json.parse(bench.out(), "endurance");
    assertThat(told.get("steps").asInt()).isEqualTo(500);
    assertThat(told.get("firstMs").asDouble()).isPositive();
    assertThat(told.get("mibPerThousandSteps").isNumber()).isTrue();
    assertThat(bench.said()).hasSize(50);
    assertThat(Invocation.of(work, "bench", "--endurance", "70").exitCode()).isEqualTo(2);
  }

  private Path script(String text) throws IOException {
    Path file = work.resolve("python");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(
        file, Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE));
    return file;
  }
}
