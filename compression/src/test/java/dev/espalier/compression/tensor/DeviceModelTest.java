package dev.espalier.compression.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceModelTest {
  @TempDir private Path folder;

  @Test
  void theModelIsReadFromWhatTheSystemLists() throws IOException {
    Path gpu =
        Files.writeString(
            folder.resolve("information"), "Model: \t\t NVIDIA H200\nIRQ:   \t\t 120\n");
    assertThat(DeviceModel.line(gpu, "Model")).contains("NVIDIA H200");
    Path cpus =
        Files.writeString(
            folder.resolve("cpuinfo"),
            "processor\t: 0\nmodel name\t: Some Processor @ 2.0GHz\nprocessor\t: 1\n");
    assertThat(DeviceModel.line(cpus, "model name")).contains("Some Processor @ 2.0GHz");
    assertThat(DeviceModel.line(folder.resolve("none"), "Model")).isEmpty();
  }

  @Test
  void everyMachineHasSomeName() {
    assertThat(DeviceModel.name(false)).isNotBlank();
    assertThat(DeviceModel.name(true)).isNotBlank();
  }
}
