package dev.espalier.compression.diffusion;

/**
 * The forward process q(x_t | x_0) = N(√ᾱ_t x_0, (1 − ᾱ_t) I) of Ho et al. 2020, equation 4.
 *
 * @param betas noise variance added at each of the T steps
 * @param cumulative ᾱ_t = Π_{s ≤ t} (1 − β_s)
 */
public record NoiseSchedule(double[] betas, double[] cumulative) {
  /** β from {@code first} to {@code last} in equal steps, both ends included. */
  public static NoiseSchedule linear(int steps, double first, double last) {
    double[] betas = new double[steps];
    for (int t = 0; t < steps; t++) betas[t] = first + (last - first) * t / (steps - 1);
    return of(betas);
  }

  /** The schedule of the DDPM experiments: 1,000 steps, β from 1e-4 to 0.02. */
  public static NoiseSchedule ddpm() {
    return linear(1000, 1e-4, 0.02);
  }

  static NoiseSchedule of(double[] betas) {
    double[] cumulative = new double[betas.length];
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      product *= 1 - betas[t];
      cumulative[t] = product;
    }
    return new NoiseSchedule(betas, cumulative);
  }

  public int steps() {
    return betas.length;
  }

  /** ᾱ_t; {@code t = −1} is the clean image, 1. */
  public double cumulative(int t) {
    return t < 0 ? 1 : cumulative[t];
  }
}
