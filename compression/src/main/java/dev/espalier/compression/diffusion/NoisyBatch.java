package dev.espalier.compression.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;

/**
 * Images at given timesteps of the forward process.
 *
 * @param noisy √ᾱ_t x_0 + √(1 − ᾱ_t) ε, [N, C, H, W]
 * @param noise ε, [N, C, H, W]
 * @param timesteps t, int64 [N]
 */
public record NoisyBatch(NDArray noisy, NDArray noise, NDArray timesteps) {
  /** Noises {@code images} with the standard normal noise of {@code noiseSeed}. */
  public static NoisyBatch of(
      Torch.Session session,
      NDManager scope,
      NoiseSchedule schedule,
      NDArray images,
      int[] timesteps,
      long noiseSeed) {
    NDArray noise =
        session
            .script()
            .run(scope, "randn", true, images.getShape().getShape(), noiseSeed)
            .singletonOrThrow()
            .toDevice(images.getDevice(), false);
    noise.attach(scope);
    return of(session, scope, schedule, images, timesteps, noise);
  }

  /** Noises {@code images} with the given noise. */
  public static NoisyBatch of(
      Torch.Session session,
      NDManager scope,
      NoiseSchedule schedule,
      NDArray images,
      int[] timesteps,
      NDArray noise) {
    long[] steps = Arrays.stream(timesteps).asLongStream().toArray();
    float[] signal = new float[steps.length];
    float[] noisiness = new float[steps.length];
    for (int i = 0; i < steps.length; i++) {
      signal[i] = (float) schedule.cumulative(timesteps[i]);
      noisiness[i] = 1 - signal[i];
    }
    NDArray noisy =
        session
            .script()
            .run(
                scope,
                "add_noise",
                true,
                images,
                noise,
                scope.create(signal).sqrt(),
                scope.create(noisiness).sqrt())
            .singletonOrThrow();
    return new NoisyBatch(noisy, noise, scope.create(steps));
  }
}
