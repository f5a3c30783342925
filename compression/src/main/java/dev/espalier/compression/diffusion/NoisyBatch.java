package dev.espalier.compression.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.tensor.Torch;

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
    int n = timesteps.length;
    long[] steps = new long[n];
    float[] signal = new float[n];
    float[] sigma = new float[n];
    for (int i = 0; i < n; i++) {
      steps[i] = timesteps[i];
      signal[i] = (float) Math.sqrt(schedule.cumulative(timesteps[i]));
      sigma[i] = (float) Math.sqrt(1 - schedule.cumulative(timesteps[i]));
    }
    NDArray noisy =
        session
            .script()
            .run(scope, "add_noise", true, images, noise, scope.create(signal), scope.create(sigma))
            .singletonOrThrow();
    return new NoisyBatch(noisy, noise, scope.create(steps));
  }
}
