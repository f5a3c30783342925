package dev.espalier.compression.diffusion;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The steps of diffusers' {@code DDPMScheduler}: ancestral sampling, the mean of q(x_{t−1} | x_t,
 * x_0) (Ho et al. 2020, equation 7) plus noise, in all the variants its configuration has. It
 * computes on the host.
 */
public final class DdpmScheduler {
  private static final float LEAST_VARIANCE = 1e-20f;

  private final Torch.Session session;
  private final SchedulerConfig config;
  private final NoiseSchedule schedule;
  private final int[] timesteps;

  /**
   * @param steps sampling steps
   * @throws InvalidInput if the schedule is shorter
   */
  public DdpmScheduler(Torch.Session session, SchedulerConfig config, int steps) {
    this.session = session;
    this.config = config;
    this.schedule = config.noiseSchedule();
    this.timesteps = config.timesteps(steps);
  }

  /** From noise to image. */
  public int[] timesteps() {
    return timesteps.clone();
  }

  /** The variance of the noise added after timestep {@code t}; after the last one none is added. */
  public float variance(int t) {
    float alpha = (float) schedule.cumulative(t);
    float alphaNext = (float) schedule.cumulative(after(t));
    float beta = 1 - alpha / alphaNext;
    float posterior = (1 - alphaNext) / (1 - alpha) * beta;
    return config.varianceType().equals("fixed_large")
        ? Math.max(beta, LEAST_VARIANCE)
        : Math.max(posterior, LEAST_VARIANCE);
  }

  private int after(int t) {
    int index = Arrays.stream(timesteps).boxed().toList().indexOf(t);
    InvalidInput.require(index >= 0, "timestep %d is none of the sampler's", t);
    return index + 1 < timesteps.length ? timesteps[index + 1] : DdimSampler.IMAGE;
  }

  /**
   * One step from timestep {@code t}, in float32 and in the order of diffusers' operations.
   *
   * @param output what the network predicts for {@code sample}, in its shape
   * @param noise standard normal, in the shape of the sample; not needed at t = 0
   */
  public SchedulerStep step(Tensor output, int t, Tensor sample, @Nullable Tensor noise) {
    if (t > 0 && noise == null) throw new IllegalArgumentException("timestep " + t + " adds noise");
    float alpha = (float) schedule.cumulative(t);
    float alphaNext = (float) schedule.cumulative(after(t));
    float kept = alpha / alphaNext;
    float signal = SchedulerStep.root(session, alpha);
    float sigma = SchedulerStep.root(session, 1 - alpha);
    float ofImage = SchedulerStep.root(session, alphaNext) * (1 - kept) / (1 - alpha);
    float ofSample = SchedulerStep.root(session, kept) * (1 - alphaNext) / (1 - alpha);
    float deviation = t > 0 ? SchedulerStep.root(session, variance(t)) : 0;
    Prediction prediction = Prediction.named(config.predictionType());
    float[] predicted = output.floats();
    float[] x = sample.floats();
    float[] drawn = t > 0 && noise != null ? noise.floats() : new float[x.length];
    float[] previous = new float[x.length];
    float[] original = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      original[i] = config.clipped(prediction.image(predicted[i], x[i], signal, sigma));
      previous[i] = ofImage * original[i] + ofSample * x[i] + deviation * drawn[i];
    }
    return new SchedulerStep(
        Tensor.of(previous, sample.shape()), Tensor.of(original, sample.shape()));
  }
}
