package dev.espalier.compression.diffusion;

import java.util.Arrays;

/**
 * The forward process q(x_t | x_0) = N(√ᾱ_t x_0, (1 − ᾱ_t) I) of Ho et al. 2020, equation 4.
 *
 * <p>All values are float32 numbers, as in the reference code: √(1 − ᾱ_t) at small t is another one
 * with unrounded ᾱ_t, by 1e-4 of itself.
 *
 * @param betas noise variance added at each of the T steps
 * @param cumulative ᾱ_t = Π_{s ≤ t} (1 − β_s)
 */
public record NoiseSchedule(double[] betas, double[] cumulative) {
  /** Largest β of {@link #squaredCosine}. */
  private static final double CAP = 0.999;

  /** β from {@code first} to {@code last} in equal steps, both ends included. */
  public static NoiseSchedule linear(int steps, double first, double last) {
    return of(linspace(steps, (float) first, (float) last));
  }

  /** √β in equal steps (diffusers {@code scaled_linear}; latent diffusion). */
  public static NoiseSchedule scaledLinear(int steps, double first, double last) {
    double[] roots = linspace(steps, (float) Math.sqrt(first), (float) Math.sqrt(last));
    return of(Arrays.stream(roots).map(root -> root * root).toArray());
  }

  /** As torch computes it: from both ends, each value rounded once. */
  private static double[] linspace(int steps, float first, float last) {
    float stride = (last - first) / Math.max(1, steps - 1);
    double[] values = new double[steps];
    for (int t = 0; t < steps; t++) {
      values[t] =
          t < steps / 2 || steps == 1
              ? Math.fma(stride, (float) t, first)
              : Math.fma(-stride, (float) (steps - 1 - t), last);
    }
    return values;
  }

  /**
   * ᾱ_t = cos²((t / T + 0.008) / 1.008 · π / 2), β at most 0.999 (Nichol & Dhariwal 2021, equation
   * 17; diffusers {@code squaredcos_cap_v2}).
   */
  public static NoiseSchedule squaredCosine(int steps) {
    double[] betas = new double[steps];
    for (int t = 0; t < steps; t++) {
      double left = squaredCosine((t + 1.0) / steps) / squaredCosine((double) t / steps);
      betas[t] = Math.min(1 - left, CAP);
    }
    return of(betas);
  }

  private static double squaredCosine(double time) {
    double cosine = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
    return cosine * cosine;
  }

  /** The schedule of the DDPM experiments: 1,000 steps, β from 1e-4 to 0.02. */
  public static NoiseSchedule ddpm() {
    return linear(1000, 1e-4, 0.02);
  }

  /** A schedule of the given variances, each in (0, 1). */
  public static NoiseSchedule of(double[] betas) {
    double[] rounded = new double[betas.length];
    double[] cumulative = new double[betas.length];
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      rounded[t] = (float) betas[t];
      product *= (float) (1 - rounded[t]);
      cumulative[t] = (float) product;
    }
    return new NoiseSchedule(rounded, cumulative);
  }

  public int steps() {
    return betas.length;
  }

  /** ᾱ_t; {@code t = −1} is the clean image, 1. */
  public double cumulative(int t) {
    return t < 0 ? 1 : cumulative[t];
  }
}
