package dev.espalier.workers.bench;

import dev.espalier.compression.Json;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.TrainingListener;
import dev.espalier.compression.finetune.TrainingLoop;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A long training of a small network, for leaks: memory and time per step must not grow.
 *
 * @param steps trained
 * @param mibPerThousandSteps slope of the resident set by least squares, the first two fifths left
 *     out: until its first collection, Java's young generation is touched page by page
 * @param firstMs milliseconds per step in the third fifth
 * @param lastMs milliseconds per step in the last fifth
 */
public record Endurance(int steps, double mibPerThousandSteps, double firstMs, double lastMs) {
  /** Samples of memory and time in all. */
  private static final int SAMPLES = 50;

  /** One sample: resident MiB, and milliseconds per step since the last one. */
  public record Sample(int step, double mib, double ms) {}

  /** Trains for {@code steps}, a multiple of 50, telling each sample. */
  public static Endurance of(int steps, Consumer<Sample> listener) {
    Network network = UNets.of(UNets.SMALL_8);
    Map<String, Object> fields =
        Map.of("steps", steps, "batch", 8, "validateEvery", steps, "checkpointEvery", steps);
    FinetuneConfig config =
        Json.bind(Json.MAPPER.valueToTree(fields), FinetuneConfig.class, "endurance");
    Samples samples = new Samples(steps / SAMPLES, listener);
    try (Torch.Session session = Torch.open()) {
      TrainingLoop.run(
          session,
          TrainingState.start(UNets.random(network)),
          config,
          new Denoising(session, network, UNets.images(network), NoiseSchedule.ddpm(), config),
          samples);
    }
    List<Sample> all = samples.taken;
    int fifth = all.size() / 5;
    return new Endurance(
        steps,
        1000 * slope(all.subList(2 * fifth, all.size())),
        milliseconds(all.subList(2 * fifth, 3 * fifth)),
        milliseconds(all.subList(all.size() - fifth, all.size())));
  }

  private static double milliseconds(List<Sample> samples) {
    return Comparison.median(samples.stream().mapToDouble(Sample::ms).toArray());
  }

  /** MiB per step, by least squares. */
  static double slope(List<Sample> samples) {
    double step = samples.stream().mapToDouble(Sample::step).average().orElseThrow();
    double mib = samples.stream().mapToDouble(Sample::mib).average().orElseThrow();
    double both = samples.stream().mapToDouble(s -> (s.step() - step) * (s.mib() - mib)).sum();
    double square = samples.stream().mapToDouble(s -> (s.step() - step) * (s.step() - step)).sum();
    return both / square;
  }

  private static final class Samples implements TrainingListener {
    private final List<Sample> taken = new ArrayList<>();
    private final int every;
    private final Consumer<Sample> listener;
    private long began = System.nanoTime();

    Samples(int every, Consumer<Sample> listener) {
      this.every = every;
      this.listener = listener;
    }

    @Override
    public void step(Step step, Supplier<TrainingState> state) {
      if (step.step() % every != 0) return;
      long now = System.nanoTime();
      Sample sample = new Sample(step.step(), ResidentSet.nowMiB(), (now - began) * 1e-6 / every);
      taken.add(sample);
      listener.accept(sample);
      began = System.nanoTime();
    }

    @Override
    public void validation(int step, double loss) {}

    @Override
    public void checkpoint(int step, Supplier<TrainingState> state) {}
  }
}
