package dev.espalier.workers.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process that lies in RAM, as Linux tells it; 0 elsewhere. */
final class ResidentSet {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentSet() {}

  /** The largest so far. */
  static double peakMiB() {
    return field("VmHWM:");
  }

  /** Now. */
  static double nowMiB() {
    return field("VmRSS:");
  }

  private static double field(String name) {
    if (!Files.exists(STATUS)) return 0;
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(name))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
