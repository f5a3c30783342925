package dev.espalier.compression.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What Linux tells of the model of processor and GPU; arithmetic differs between models. */
final class DeviceModel {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");

  private DeviceModel() {}

  /** Of the first GPU or processor; elsewhere than on Linux the processor's architecture. */
  static String name(boolean gpu) {
    return (gpu ? gpu() : line(PROCESSORS, "model name"))
        .orElse(gpu ? "unknown model" : System.getProperty("os.arch"));
  }

  private static Optional<String> gpu() {
    try (Stream<Path> gpus = Files.list(GPUS)) {
      return gpus.sorted().findFirst().flatMap(gpu -> line(gpu.resolve("information"), "Model"));
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** The value of the first line {@code field : value}. */
  static Optional<String> line(Path file, String field) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(field) && line.indexOf(':') > 0)
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .filter(value -> !value.isEmpty())
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
