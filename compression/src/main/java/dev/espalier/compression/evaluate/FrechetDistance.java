package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;

/**
 * The Fréchet distance of two feature clouds taken as Gaussians (Heusel et al. 2017, equation 6):
 * ‖μ₁−μ₂‖² + tr Σ₁ + tr Σ₂ − 2·tr (Σ₁Σ₂)^½. With the Inception features of {@code pytorch-fid} it
 * is the FID.
 *
 * <p>The last trace is the sum of the square roots of the eigenvalues of the symmetric Λ^½VᵀΣ₂VΛ^½,
 * where Σ₁ = VΛVᵀ: always real, and defined for singular covariances too. Rounding may take
 * eigenvalues below zero; they count as zero.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

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
    InvalidInput.require(
        real.width() == fake.width(),
        "real features have the width %d, fake ones %d",
        real.width(),
        fake.width());
    Tensor first = real.covariance(normalisation);
    Tensor second = fake.covariance(normalisation);
    double[] m1 = real.mean().doubles();
    double[] m2 = fake.mean().doubles();
    double means = 0;
    for (int j = 0; j < m1.length; j++) means += (m1[j] - m2[j]) * (m1[j] - m2[j]);
    return means + trace(first) + trace(second) - 2 * traceOfRoot(first, second);
  }

  private static double trace(Tensor square) {
    double[] values = square.doubles();
    double trace = 0;
    for (int i = 0; i < values.length; i += square.extent(0) + 1) trace += values[i];
    return trace;
  }

  /** tr (Σ₁Σ₂)^½. */
  private static double traceOfRoot(Tensor first, Tensor second) {
    try (Torch.Session torch = Torch.open()) {
      NDManager scope = torch.manager();
      NDList eigen = torch.script().call(scope, "eigh", torch.toDevice(scope, first));
      NDArray roots = torch.toDevice(scope, roots(Torch.toHost(eigen.get(0))));
      NDArray half = torch.script().compute(scope, "multiply", eigen.get(1), roots);
      NDArray right = torch.script().compute(scope, "matmul", torch.toDevice(scope, second), half);
      NDArray product = torch.script().compute(scope, "matmul", half.transpose(), right);
      NDArray values = torch.script().compute(scope, "eigvalsh", product);
      return Arrays.stream(roots(Torch.toHost(values)).doubles()).sum();
    }
  }

  private static Tensor roots(Tensor values) {
    double[] roots = Arrays.stream(values.doubles()).map(v -> Math.sqrt(Math.max(v, 0))).toArray();
    return Tensor.of(roots, values.shape());
  }
}
