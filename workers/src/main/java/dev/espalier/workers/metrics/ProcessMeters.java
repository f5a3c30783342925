package dev.espalier.workers.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the process takes of the machine: Micrometer's meters of the Java machine, the processors
 * and the disk, and the memory that lies outside the Java heap, as tensors do:
 *
 * <ul>
 *   <li>{@code process.memory.resident}, in bytes: all of the process' memory that lies in RAM, by
 *       Linux; NaN elsewhere
 *   <li>{@code system.memory.total}, in bytes: what the machine, or the container, has
 * </ul>
 */
final class ProcessMeters implements AutoCloseable {
  private static final Path STATM = Path.of("/proc/self/statm");
  private static final int PAGE = 4096;

  private final JvmGcMetrics collections = new JvmGcMetrics();

  /** Registers them all. */
  ProcessMeters(MeterRegistry registry) {
    for (MeterBinder binder :
        new MeterBinder[] {
          collections,
          new JvmMemoryMetrics(),
          new JvmThreadMetrics(),
          new ProcessorMetrics(),
          new FileDescriptorMetrics(),
          new UptimeMetrics()
        }) {
      binder.bindTo(registry);
    }
    Gauge.builder("process.memory.resident", ProcessMeters::resident)
        .baseUnit("bytes")
        .description("Memory of the process that lies in RAM, tensors included")
        .register(registry);
    Gauge.builder("system.memory.total", ProcessMeters::total)
        .baseUnit("bytes")
        .description("Memory of the machine or container")
        .register(registry);
  }

  /** Space on the disk that {@code folder} lies on. */
  static void disk(MeterRegistry registry, Path folder) {
    new DiskSpaceMetrics(folder.toFile()).bindTo(registry);
  }

  private static double resident() {
    try {
      return Long.parseLong(Files.readString(STATM).split(" ")[1]) * (double) PAGE;
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static double total() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Double.NaN;
  }

  @Override
  public void close() {
    collections.close();
  }
}
