package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.function.ToDoubleFunction;

/**
 * The Fréchet distance of two feature clouds taken as Gaussians (Heusel et al. 2017, equation 6):
 * ‖μ₁−μ₂‖² + tr Σ₁ + tr Σ₂ − 2·tr (Σ₁Σ₂)^½. With the Inception features of {@code pytorch-fid} it
 * is the FID.
 *
 * <p>The last trace is the sum of the square roots of the eigenvalues of the symmetric HᵀΣ₂H, where
 * HHᵀ = Σ₁: always real, and defined for singular covariances too. H is Σ₁'s Cholesky factor, or
 * VΛ^½ where Σ₁ = VΛVᵀ is singular. Rounding may take eigenvalues below zero; they count as zero.
 * All of it is double.
 *
 * <p>An object holds one cloud, factored once, for the distances of many others to it.
 */
public final class FrechetDistance implements AutoCloseable {
  private final Torch.Session torch;
  private final NDManager owner;
  private final FeatureStatistics real;
  private final Normalisation normalisation;
  private final NDArray half;
  private final boolean triangular;
  private final double trace;

  private FrechetDistance(
      Torch.Session torch, FeatureStatistics real, Normalisation normalisation) {
    this.torch = torch;
    this.real = real;
    this.normalisation = normalisation;
    this.trace = trace(real) / real.divisor(normalisation);
    this.owner = torch.manager().newSubManager();
    Script script = MetricScript.of(torch);
    try (NDManager scope = owner.newSubManager()) {
      NDArray covariance = covariance(scope, real);
      NDArray factor = script.compute(owner, "cholesky", covariance);
      this.triangular = !factor.isEmpty();
      this.half = triangular ? factor : script.compute(owner, "half", covariance);
    }
  }

  /**
   * Distances from {@code real}.
   *
   * @throws InvalidInput if it has too few vectors for a covariance
   */
  public static FrechetDistance from(FeatureStatistics real, Normalisation normalisation) {
    InvalidInput.require(
        real.divisor(normalisation) > 0, "a covariance needs more than %d images", real.count());
    return new FrechetDistance(Torch.open(), real, normalisation);
  }

  /** The distance between real [N, D] and fake [M, D] features; N, M ≥ 2. */
  public static double of(Tensor real, Tensor fake, Normalisation normalisation) {
    return of(FeatureStatistics.of(real), FeatureStatistics.of(fake), normalisation);
  }

  /**
   * The distance between two clouds.
   *
   * @throws InvalidInput if their widths differ or one of them has too few vectors
   */
  public static double of(
      FeatureStatistics real, FeatureStatistics fake, Normalisation normalisation) {
    try (FrechetDistance distance = from(real, normalisation)) {
      return distance.to(fake);
    }
  }

  /**
   * The distance to {@code fake}.
   *
   * @throws InvalidInput if its width is another one or it has too few vectors
   */
  public double to(FeatureStatistics fake) {
    requireWidth(fake.width());
    double[] m1 = real.mean().doubles();
    double[] m2 = fake.mean().doubles();
    double means = 0;
    for (int j = 0; j < m1.length; j++) means += (m1[j] - m2[j]) * (m1[j] - m2[j]);
    double other = trace(fake) / fake.divisor(normalisation);
    return means + trace + other - 2 * traceOfRoot(fake);
  }

  private void requireWidth(int fake) {
    InvalidInput.require(
        real.width() == fake, "real features have the width %d, fake ones %d", real.width(), fake);
  }

  /**
   * Distances to what is made of the vectors of one cloud.
   *
   * @param fake [N, D] features; N ≥ 2
   * @return takes how often each of the N vectors is there; none given, each is once
   * @throws InvalidInput if the width is another one
   */
  ToDoubleFunction<int[]> toDrawsOf(Tensor fake) {
    FeatureRows.require(fake);
    requireWidth(fake.extent(1));
    if (fake.extent(0) > fake.extent(1)) return counts -> to(FeatureStatistics.of(fake, counts));
    FewVectors few = FewVectors.of(torch, owner, fake, real.mean(), half);
    return counts -> {
      FewVectors.Draw draw = few.draw(counts, normalisation);
      return draw.offset() + trace + draw.trace() - 2 * draw.root();
    };
  }

  /** tr (Σ₁Σ₂)^½. */
  private double traceOfRoot(FeatureStatistics fake) {
    try (NDManager scope = owner.newSubManager()) {
      return MetricScript.of(torch)
          .compute(scope, "root_trace", half, covariance(scope, fake), triangular)
          .getDouble();
    }
  }

  private NDArray covariance(NDManager scope, FeatureStatistics statistics) {
    return torch
        .toDevice(scope, statistics.scatter())
        .divi((double) statistics.divisor(normalisation));
  }

  private static double trace(FeatureStatistics statistics) {
    double trace = 0;
    for (int i = 0; i < statistics.width(); i++) {
      trace += statistics.scatter().bytes().getDouble(8 * i * (statistics.width() + 1));
    }
    return trace;
  }

  @Override
  public void close() {
    owner.close();
    torch.close();
  }
}
