package dev.espalier.workers.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's NVIDIA GPUs, as {@code nvidia-smi} tells every five seconds, each with its index in
 * the label {@code gpu}:
 *
 * <ul>
 *   <li>{@code gpu.memory.used} and {@code gpu.memory.total}, in bytes: of all its users
 *   <li>{@code gpu.utilization}, a ratio from 0 to 1: the share of the time in which it computed
 * </ul>
 *
 * What the driver does not tell is NaN. When {@code nvidia-smi} ends, they are gone.
 */
final class GpuMeters implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GpuMeters.class);
  private static final List<String> QUESTION =
      List.of(
          "--query-gpu=index,memory.used,memory.total,utilization.gpu",
          "--format=csv,noheader,nounits",
          "--loop=5");
  private static final double MEBIBYTE = 1 << 20;

  private final MeterRegistry registry;
  private final Process process;
  private final Map<String, Reading> readings = new HashMap<>();
  private final List<Meter> meters = new ArrayList<>();

  private GpuMeters(MeterRegistry registry, Process process) {
    this.registry = registry;
    this.process = process;
  }

  /**
   * Starts it and reads what it says until it is closed.
   *
   * @param program nvidia-smi
   */
  static GpuMeters watch(MeterRegistry registry, Path program) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(QUESTION);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    GpuMeters gpus = new GpuMeters(registry, process);
    Thread reader = new Thread(gpus::read, "gpu");
    reader.setDaemon(true);
    reader.start();
    return gpus;
  }

  /** What was said of one GPU last. */
  private record Reading(double usedBytes, double totalBytes, double utilization) {
    static Reading of(String[] fields) {
      return new Reading(
          MEBIBYTE * number(fields[1]), MEBIBYTE * number(fields[2]), number(fields[3]) / 100);
    }

    /** NaN for {@code [N/A]}. */
    private static double number(String field) {
      return field.strip().matches("[0-9.]+") ? Double.parseDouble(field.strip()) : Double.NaN;
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(",");
        if (fields.length == 4) heard(fields[0].strip(), Reading.of(fields));
      }
    } catch (IOException e) {
      log.debug("nvidia-smi is not heard any more", e);
    } finally {
      forget();
    }
  }

  private synchronized void heard(String gpu, Reading reading) {
    if (readings.put(gpu, reading) != null) return;
    show("gpu.memory.used", "bytes", "Memory of the GPU in use", gpu, Reading::usedBytes);
    show("gpu.memory.total", "bytes", "Memory of the GPU", gpu, Reading::totalBytes);
    show(
        "gpu.utilization",
        "ratio",
        "Share of the time in which the GPU computed",
        gpu,
        Reading::utilization);
  }

  private void show(
      String name, String unit, String help, String gpu, ToDoubleFunction<Reading> value) {
    meters.add(
        Gauge.builder(name, () -> latest(gpu, value))
            .baseUnit(unit)
            .description(help)
            .tags("gpu", gpu)
            .register(registry));
  }

  private synchronized double latest(String gpu, ToDoubleFunction<Reading> value) {
    Reading reading = readings.get(gpu);
    return reading == null ? Double.NaN : value.applyAsDouble(reading);
  }

  private synchronized void forget() {
    meters.forEach(registry::remove);
    meters.clear();
    readings.clear();
  }

  /** Ends nvidia-smi, and with it the reading. */
  @Override
  public void close() {
    process.destroy();
  }
}
