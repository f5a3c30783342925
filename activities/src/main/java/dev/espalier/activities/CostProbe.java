package dev.espalier.activities;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.Extractor;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.TrainingListener;
import dev.espalier.compression.finetune.TrainingLoop;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.Calibration;
import dev.espalier.compression.prune.Importances;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SingularValueScaling;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Times a few steps of every kind of work on this machine, with the stages' own code, random
 * weights and as few images as still fill it; what a whole batch takes is extrapolated.
 */
final class CostProbe {
  /** Multiply-accumulates of one probed step: a second or less where there is little else to do. */
  private static final double STEP_MACS = 10e9;

  private static final int STEPS = 4;
  private static final double ENOUGH_SECONDS = 4;

  /** Ends a probe from within the work it times. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super("enough", null, false, false);
    }
  }

  /**
   * What work in batches takes.
   *
   * @param fixedSeconds of a batch, whatever its size
   * @param secondsPerImage of a batch, for each image in it
   * @param bytesPerImage of memory while a batch is at work, beside the weights
   */
  record Rate(double fixedSeconds, double secondsPerImage, double bytesPerImage) {
    double seconds(int images) {
      return fixedSeconds + secondsPerImage * images;
    }

    /** For a network of {@code share} times the multiply-accumulates. */
    Rate scaled(double share) {
      return new Rate(fixedSeconds * share, secondsPerImage * share, bytesPerImage * share);
    }
  }

  private record Timed(double seconds, double bytes) {}

  private CostProbe() {}

  /** One optimizer step. */
  static Rate training(
      Network network, Map<String, int[]> shapes, ImageDataset data, FinetuneConfig config) {
    int n = images(network, shapes, 3, config.batch());
    double state = 20.0 * parameters(shapes);
    return rate(n, state, batch -> training(network, shapes, data, config, batch));
  }

  private static Timed training(
      Network network,
      Map<String, int[]> shapes,
      ImageDataset data,
      FinetuneConfig config,
      int batch) {
    ObjectNode fields = Json.MAPPER.valueToTree(config);
    fields.put("batch", batch).put("steps", 1000).put("validateEvery", 1000);
    fields.put("distillation", 0);
    FinetuneConfig few = Json.bind(fields, FinetuneConfig.class, "probe");
    TrainingState start = TrainingState.start(Initialisation.pytorch(shapes, 1));
    Stopwatch watch = new Stopwatch();
    return measured(
        () -> {
          try (Torch.Session session = Torch.open()) {
            Denoising objective = new Denoising(session, network, data, NoiseSchedule.ddpm(), few);
            TrainingLoop.run(session, start, few, objective, new Listening(watch));
          }
        },
        watch);
  }

  private record Listening(Stopwatch watch) implements TrainingListener {
    @Override
    public void step(Step done, Supplier<TrainingState> state) {
      watch.lap();
    }

    @Override
    public void validation(int step, double loss) {
      throw new IllegalStateException("a probed step holds a validation");
    }

    @Override
    public void checkpoint(int step, Supplier<TrainingState> state) {}
  }

  /** One timestep of one statistic of a criterion. */
  static Rate calibration(LoadedNetwork network, ImageDataset data, PruneConfig config) {
    Map<String, int[]> shapes = network.weights().shapes();
    int n = images(network.network(), shapes, 3, config.calibrationImages());
    double state = 12.0 * parameters(shapes);
    return rate(n, state, batch -> calibration(network, data, config, batch));
  }

  private static Timed calibration(
      LoadedNetwork network, ImageDataset data, PruneConfig config, int batch) {
    ObjectNode fields = Json.MAPPER.valueToTree(config);
    fields.put("calibrationImages", batch).put("timestepStride", 1).put("threshold", 0);
    fields.remove("timesteps");
    PruneConfig few = Json.bind(fields, PruneConfig.class, "probe");
    Stopwatch watch = new Stopwatch();
    return measured(
        () -> {
          try (Torch.Session session = Torch.open()) {
            Calibration.of(
                session,
                network.network(),
                network.weights(),
                data,
                NoiseSchedule.ddpm(),
                few,
                Importances.statistics(few.criterion()).iterator().next(),
                (work, done, total, state) -> watch.lap());
          }
        },
        watch);
  }

  /** One step of the sampler, which is one forward pass. */
  static Rate sampling(LoadedNetwork like, Map<String, int[]> shapes, EvaluateConfig config) {
    int n = images(like.network(), shapes, 1, config.batch());
    StateDict weights = Initialisation.pytorch(shapes, 1);
    LoadedNetwork network =
        new LoadedNetwork(
            like.network(), like.config(), new Safetensors.Content(weights, Map.of()));
    return rate(n, 4.0 * parameters(shapes), batch -> sampling(network, config, batch));
  }

  private static Timed sampling(LoadedNetwork network, EvaluateConfig config, int batch) {
    ObjectNode fields = Json.MAPPER.valueToTree(config);
    fields.put("batch", batch).put("samples", Math.max(2, batch)).put("steps", 20);
    fields.put("spacing", "uniform").put("neighbours", 1).put("splits", 1);
    EvaluateConfig few = Json.bind(fields, EvaluateConfig.class, "probe");
    Stopwatch watch = new Stopwatch();
    return measured(
        () -> {
          try (Torch.Session session = Torch.open()) {
            ImageDrawing.of(session, network, few, (work, done, total, state) -> watch.lap());
          }
        },
        watch);
  }

  /** The extractor's look at one image, in seconds. */
  static double extraction(NamedExtractor named, int[] imageShape) throws IOException {
    int n = 16;
    int[] shape = {n, imageShape[0], imageShape[1], imageShape[2]};
    Tensor images = Tensor.of(new byte[n * imageShape[0] * imageShape[1] * imageShape[2]], shape);
    try (Torch.Session session = Torch.open();
        Extractor extractor = named.open(session, imageShape)) {
      extractor.see(images, false);
      long began = System.nanoTime();
      extractor.see(images, false);
      return (System.nanoTime() - began) * 1e-9 / n;
    }
  }

  /** The decomposition of all weights of these shapes, in seconds, told from one of middle size. */
  static double decomposition(Map<String, int[]> shapes) {
    List<Map.Entry<String, int[]>> weights = new ArrayList<>();
    double total = 0;
    for (var entry : shapes.entrySet()) {
      if (entry.getValue().length < 2) continue;
      weights.add(Map.entry(entry.getKey(), entry.getValue()));
      total += work(entry.getValue());
    }
    if (weights.isEmpty()) return 0;
    weights.sort(Comparator.comparingDouble(e -> work(e.getValue())));
    var middle = weights.get(weights.size() * 3 / 4);
    StateDict one = Initialisation.pytorch(Map.of("probe.weight", middle.getValue()), 1);
    Safetensors.Content content = new Safetensors.Content(one, Map.of());
    SingularValueScaling.withSpectra(content, SvsConfig.defaults());
    long began = System.nanoTime();
    SingularValueScaling.withSpectra(content, SvsConfig.defaults());
    return (System.nanoTime() - began) * 1e-9 * total / work(middle.getValue());
  }

  /** Of a matrix [m, n]: m · n · min(m, n). */
  private static double work(int[] shape) {
    double rows = shape[0];
    double columns = 1;
    for (int i = 1; i < shape.length; i++) columns *= shape[i];
    return rows * columns * Math.min(rows, columns);
  }

  /** Learnable scalars. */
  static long parameters(Map<String, int[]> shapes) {
    return shapes.values().stream()
        .mapToLong(shape -> Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b))
        .sum();
  }

  /** So many images that a step does {@link #STEP_MACS}, two at least, but at most a batch. */
  private static int images(Network network, Map<String, int[]> shapes, int passes, int batch) {
    double macs = (double) passes * Complexity.of(network, shapes).macs();
    return (int) Math.min(batch, Math.max(2, Math.floor(STEP_MACS / macs)));
  }

  private interface Work {
    Timed of(int batch);
  }

  /**
   * A line through the times of two batch sizes; through one and the origin where only one fits.
   */
  private static Rate rate(int n, double stateBytes, Work work) {
    Timed full = work.of(n);
    double bytes = Math.max(0, full.bytes() - stateBytes) / n;
    if (n < 2) return new Rate(0, full.seconds(), bytes);
    Timed half = work.of(n / 2);
    double perImage = (full.seconds() - half.seconds()) / (n - n / 2);
    double proportional = full.seconds() / n;
    double slope = Math.min(proportional, Math.max(perImage, 0.5 * proportional));
    return new Rate(Math.max(0, full.seconds() - slope * n), slope, bytes);
  }

  private static Timed measured(Runnable work, Stopwatch watch) {
    System.gc();
    long before = PeakMemory.now();
    try (PeakMemory memory = PeakMemory.watching()) {
      try {
        work.run();
      } catch (Enough e) {
        // As much as was wanted.
      }
      return new Timed(watch.median(), Math.max(0, memory.bytes() - before));
    }
  }

  /** Laps of equal work; the first two warm up. */
  private static final class Stopwatch {
    private final List<Double> laps = new ArrayList<>();
    private long began = System.nanoTime();
    private final long start = began;

    void lap() {
      long now = System.nanoTime();
      laps.add((now - began) * 1e-9);
      began = now;
      boolean enough = (now - start) * 1e-9 > ENOUGH_SECONDS && laps.size() >= 2;
      if (laps.size() >= STEPS + 2 || enough) throw new Enough();
    }

    double median() {
      int warm = Math.min(2, laps.size() - 1);
      List<Double> counted = laps.subList(warm, laps.size()).stream().sorted().toList();
      return counted.get(counted.size() / 2);
    }
  }
}
