package dev.espalier.compression.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.NoisyBatch;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.tensor.Torch;
import java.util.SplittableRandom;

/**
 * Noise prediction, ‖ε − ε_θ(√ᾱ_t x_0 + √(1 − ᾱ_t) ε, t)‖² (Ho et al. 2020, equation 14), with
 * antithetic timesteps as the DDIM authors draw them: half the batch uniform, the other half its
 * mirror image T − 1 − t.
 */
public final class Denoising implements Objective {
  private static final int VALIDATION_BATCH = 64;

  private final Torch.Session session;
  private final Network network;
  private final ImageDataset data;
  private final NoiseSchedule schedule;
  private final FinetuneConfig config;
  private final Batches batches;

  public Denoising(
      Torch.Session session,
      Network network,
      ImageDataset data,
      NoiseSchedule schedule,
      FinetuneConfig config) {
    data.requireShape(network.sampleShape());
    this.session = session;
    this.network = network;
    this.data = data;
    this.schedule = schedule;
    this.config = config;
    this.batches = new Batches(data, config);
  }

  @Override
  public NDArray loss(Run ops, NDManager scope, int step) {
    NoisyBatch batch = batch(scope, step);
    return error(scope, batch.noise(), predicted(ops, batch));
  }

  /** The images of step {@code step} with their noise. */
  NoisyBatch batch(NDManager scope, int step) {
    float[] images = batches.at(step).images();
    int[] timesteps =
        antithetic(config.batch(), schedule.steps(), CounterRandom.at(config.seed(), "t", step));
    return NoisyBatch.of(
        session,
        scope,
        schedule,
        scope.create(images, shape(config.batch())),
        timesteps,
        CounterRandom.seed(config.seed(), "noise", step));
  }

  NDArray predicted(Run ops, NoisyBatch batch) {
    return network.forward(ops, ops.rounded(batch.noisy()), batch.timesteps());
  }

  /** ‖target − predicted‖² by the plan's loss, with gradients flowing to the latter. */
  NDArray error(NDManager scope, NDArray target, NDArray predicted) {
    return session
        .script()
        .run(scope, "squared_error", true, target, predicted, config.loss().equals("sum"))
        .singletonOrThrow();
  }

  private Shape shape(int n) {
    return new Shape(n, data.channels(), data.height(), data.width());
  }

  static int[] antithetic(int n, int steps, SplittableRandom random) {
    int[] timesteps = new int[n];
    int half = n / 2 + 1;
    for (int i = 0; i < n; i++) {
      timesteps[i] = i < half ? random.nextInt(steps) : steps - 1 - timesteps[i - half];
    }
    return timesteps;
  }

  /**
   * The mean squared error over the held-out images, timesteps spread evenly over the schedule, one
   * fixed noise each.
   */
  @Override
  public double validate(ReadAveraged averaged) {
    double sum = 0;
    int n = ImageDataset.HELD_OUT;
    for (int from = 0; from < n; from += VALIDATION_BATCH) {
      int[] indices = new int[VALIDATION_BATCH];
      int[] timesteps = new int[VALIDATION_BATCH];
      for (int i = 0; i < VALIDATION_BATCH; i++) {
        indices[i] = data.trainable() + from + i;
        timesteps[i] = (int) ((from + i + 0.5) * schedule.steps() / n);
      }
      try (NDManager scope = session.manager().newSubManager()) {
        NoisyBatch batch =
            NoisyBatch.of(
                session,
                scope,
                schedule,
                scope.create(data.images(indices), shape(VALIDATION_BATCH)),
                timesteps,
                CounterRandom.seed(0, "validation", from));
        NDArray predicted = network.forward(averaged.in(scope), batch.noisy(), batch.timesteps());
        float[] errors =
            session
                .script()
                .compute(scope, "squared_error_each", batch.noise(), predicted)
                .toFloatArray();
        for (float error : errors) sum += error;
      }
    }
    return sum / n;
  }
}
