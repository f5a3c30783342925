package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that says what nvidia-smi does on a machine with two GPUs, where there is none. */
final class StandInGpu {
  private StandInGpu() {}

  /** Puts it into {@code folder}; it speaks twice a second until nobody listens. */
  static Path in(Path folder) throws IOException {
    Path program = folder.resolve("nvidia-smi");
    Files.writeString(
        program,
        """
        #!/bin/sh
        case "$*" in
          "--query-gpu=index,memory.used,memory.total,utilization.gpu\\
         --format=csv,noheader,nounits --loop=5") ;;
          *) echo "asked for $*" >&2; exit 2 ;;
        esac
        while echo "0, 1024, 143771, 57" && echo "1, 3, 143771, [N/A]"; do sleep 0.5; done
        """);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }
}
