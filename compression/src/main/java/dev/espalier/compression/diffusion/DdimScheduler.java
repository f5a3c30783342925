package dev.espalier.compression.diffusion;

import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * The steps of diffusers' {@code DDIMScheduler} (Song et al. 2021, equation 12), in all the
 * variants its configuration has. It computes on the host; {@link DdimSampler} is the fast way of
 * the one variant the experiments use.
 */
public final class DdimScheduler {
  private final Torch.Session session;
  private final SchedulerConfig config;
  private final NoiseSchedule schedule;
  private final int[] timesteps;

  /**
   * @param steps sampling steps
   * @throws dev.espalier.compression.InvalidInput if the schedule is shorter
   */
  public DdimScheduler(Torch.Session session, SchedulerConfig config, int steps) {
    this.session = session;
    this.config = config;
    this.schedule = config.noiseSchedule();
    this.timesteps = config.timesteps(steps);
  }

  /**
   * The variants of one step.
   *
   * @param eta η: 0 is deterministic, 1 as noisy as DDPM
   * @param noise standard normal, in the shape of the sample; needed where {@code eta} is not 0
   * @param useClippedModelOutput whether the noise is computed again from the clipped image
   */
  public record Variant(double eta, @Nullable Tensor noise, boolean useClippedModelOutput) {
    /** Deterministic. */
    public static final Variant PLAIN = new Variant(0, null, false);

    public Variant {
      if (eta != 0 && noise == null) {
        throw new IllegalArgumentException("eta is " + eta + ", but no noise is given");
      }
    }
  }

  /** From noise to image. */
  public int[] timesteps() {
    return timesteps.clone();
  }

  /** σ_t² at η = 1 (equation 16). */
  public float variance(int t) {
    float alpha = (float) schedule.cumulative(t);
    float alphaNext = cumulativeAfter(t);
    return (1 - alphaNext) / (1 - alpha) * (1 - alpha / alphaNext);
  }

  private float cumulativeAfter(int t) {
    int next = t - config.numTrainTimesteps() / timesteps.length;
    return (float) schedule.cumulative(next >= 0 || config.setAlphaToOne() ? next : 0);
  }

  /**
   * One step from timestep {@code t}, in float32 and in the order of diffusers' operations.
   *
   * @param output what the network predicts for {@code sample}, in its shape
   */
  public SchedulerStep step(Tensor output, int t, Tensor sample, Variant variant) {
    float signal = root((float) schedule.cumulative(t));
    float sigma = root(1 - (float) schedule.cumulative(t));
    float deviation = (float) variant.eta() * root(variance(t));
    float signalNext = root(cumulativeAfter(t));
    float direction = root(1 - cumulativeAfter(t) - deviation * deviation);
    Prediction prediction = Prediction.named(config.predictionType());
    float[] predicted = output.floats();
    float[] x = sample.floats();
    float[] noise = variant.noise() == null ? new float[x.length] : variant.noise().floats();
    float[] previous = new float[x.length];
    float[] original = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      float image = config.clipped(prediction.image(predicted[i], x[i], signal, sigma));
      float epsilon =
          variant.useClippedModelOutput()
              ? (x[i] - signal * image) / sigma
              : prediction.noise(predicted[i], x[i], signal, sigma);
      original[i] = image;
      previous[i] = signalNext * image + direction * epsilon + deviation * noise[i];
    }
    return new SchedulerStep(
        Tensor.of(previous, sample.shape()), Tensor.of(original, sample.shape()));
  }

  private float root(float x) {
    return SchedulerStep.root(session, x);
  }
}
