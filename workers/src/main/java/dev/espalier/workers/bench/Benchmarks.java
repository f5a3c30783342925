package dev.espalier.workers.bench;

import dev.espalier.compression.InvalidInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The one table of benchmarks. */
public final class Benchmarks {
  private static final Map<String, Benchmark> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("training", new TrainingBenchmark(UNets.CIFAR_32, 16, "float32"));
    TABLE.put("training-tiny", new TrainingBenchmark(UNets.TINY_16, 64, "float32"));
    TABLE.put("training-bfloat16", new TrainingBenchmark(UNets.CIFAR_32, 16, "bfloat16"));
    TABLE.put("sampling", new SamplingBenchmark(UNets.CIFAR_32, 16, false));
    TABLE.put("sampling-tiny", new SamplingBenchmark(UNets.TINY_16, 16, false));
    TABLE.put("sampling-bfloat16", new SamplingBenchmark(UNets.CIFAR_32, 16, true));
    TABLE.put("calibration", new CalibrationBenchmark());
    TABLE.put("svs", new SvsBenchmark());
    TABLE.put("fid", new FrechetBenchmark());
    TABLE.put("prdc", new PrdcBenchmark());
    TABLE.put("safetensors", new SafetensorsBenchmark());
    TABLE.put("checkpoint", new CheckpointBenchmark());
  }

  private Benchmarks() {}

  /** All names. */
  public static List<String> names() {
    return List.copyOf(TABLE.keySet());
  }

  /**
   * @throws InvalidInput naming the benchmarks there are
   */
  static Benchmark named(String name) {
    Benchmark benchmark = TABLE.get(name);
    if (benchmark == null) {
      throw new InvalidInput(
          "benchmark '" + name + "' does not exist; legal: " + String.join(", ", names()));
    }
    return benchmark;
  }
}
