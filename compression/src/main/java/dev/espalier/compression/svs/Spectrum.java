package dev.espalier.compression.svs;

import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import java.util.List;

/**
 * The singular values of one weight as a matrix [output channels, everything else], and what they
 * say. Numerical rank counts the values above 2⁻²²·σ_max, the noise that rounding to float32 leaves
 * in place of zeros. Stable rank: Rudelson and Vershynin 2007 (Sampling from large matrices);
 * effective rank: Roy and Vetterli 2007 (The effective rank: a measure of effective
 * dimensionality), entropy in nats.
 *
 * @param key the weight's key in its network
 * @param rows output channels
 * @param columns elements per output channel
 * @param max largest singular value σ_max
 * @param min smallest one
 * @param rank numerical rank
 * @param condition κ: σ_max over the smallest value within the rank, hence finite; 1 for a zero
 *     matrix
 * @param stableRank ‖W‖²_F / σ²_max; 0 for a zero matrix
 * @param effectiveRank exp of the entropy of σ/Σσ; 0 for a zero matrix
 * @param histogram of the values within the rank, on a logarithmic axis
 * @param values all min(rows, columns) singular values, largest first
 */
public record Spectrum(
    String key,
    int rows,
    int columns,
    double max,
    double min,
    int rank,
    double condition,
    double stableRank,
    double effectiveRank,
    LogHistogram histogram,
    List<Double> values) {
  private static final double NOISE = 0x1p-22;

  public Spectrum {
    values = List.copyOf(values);
  }

  /**
   * The spectrum of {@code weight}, of rank 2 or more, computed in double.
   *
   * @throws dev.espalier.compression.InvalidInput if it is empty or not finite
   */
  public static Spectrum of(String key, Tensor weight) {
    Finite.require(key, weight);
    Tensor matrix = SingularValueScaling.matrix(weight);
    try (Torch.Session torch = Torch.open()) {
      Tensor sigma =
          Torch.toHost(
              torch
                  .script()
                  .compute(
                      torch.manager(), "singular_values", torch.toDevice(torch.manager(), matrix)));
      return of(key, matrix.extent(0), matrix.extent(1), sigma.doubles());
    }
  }

  /**
   * The spectrum of a matrix whose singular values are known.
   *
   * @param sigma all min(rows, columns) of them, largest first
   */
  static Spectrum of(String key, int rows, int columns, double[] sigma) {
    double max = sigma[0];
    int rank = (int) Arrays.stream(sigma).filter(s -> s > max * NOISE).count();
    double energy = Arrays.stream(sigma).map(s -> s * s).sum();
    return new Spectrum(
        key,
        rows,
        columns,
        max,
        sigma[sigma.length - 1],
        rank,
        rank == 0 ? 1 : max / sigma[rank - 1],
        rank == 0 ? 0 : energy / (max * max),
        rank == 0 ? 0 : Math.exp(entropy(sigma)),
        LogHistogram.of(sigma, rank),
        Arrays.stream(sigma).boxed().toList());
  }

  private static double entropy(double[] sigma) {
    double total = Arrays.stream(sigma).sum();
    return -Arrays.stream(sigma)
        .map(s -> s / total)
        .filter(share -> share > 0)
        .map(share -> share * Math.log(share))
        .sum();
  }
}
