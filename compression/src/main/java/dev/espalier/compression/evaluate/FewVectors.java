package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;

/**
 * A cloud of N vectors of D features, N ≤ D, of which a Fréchet distance is taken to many draws.
 * Their covariances have no more than N eigenvalues other than zero, which follow from products of
 * vectors: Y·HHᵀ·Yᵀ is taken once, N × N, and a draw costs one eigenproblem of that size instead of
 * one of D × D. All of it is double.
 */
final class FewVectors {
  private final Torch.Session torch;
  private final NDManager owner;
  private final int count;
  private final NDArray offsets;
  private final NDArray products;
  private final NDArray norms;

  private FewVectors(Torch.Session torch, NDManager owner, int count, NDList parts) {
    this.torch = torch;
    this.owner = owner;
    this.count = count;
    this.offsets = parts.get(0);
    this.products = parts.get(1);
    this.norms = parts.get(2);
  }

  /**
   * @param owner of what is kept
   * @param features [N, D]
   * @param mean of the other cloud, [D]
   * @param half H of the other cloud, whose covariance is HHᵀ
   * @throws InvalidInput if a feature is not finite
   */
  static FewVectors of(
      Torch.Session torch, NDManager owner, Tensor features, Tensor mean, NDArray half) {
    InvalidInput.require(
        features.isFinite(), "features are not finite; the images or the network diverged");
    Script script = MetricScript.of(torch);
    try (NDManager scope = owner.newSubManager()) {
      NDArray rows = FeatureRows.of(torch, scope, features, 0, features.extent(0));
      NDArray shift = torch.toDevice(scope, mean);
      NDList parts = script.call(owner, "few", rows, shift, half);
      return new FewVectors(torch, owner, features.extent(0), parts);
    }
  }

  /**
   * A draw Σ of the vectors beside the other cloud Σ₂ = HHᵀ.
   *
   * @param offset squared distance of the means
   * @param trace tr Σ
   * @param root tr (Σ₂Σ)^½
   */
  record Draw(double offset, double trace, double root) {}

  /**
   * The draw that has each vector so often; {@code counts} empty: once each.
   *
   * @throws InvalidInput if it has too few vectors for a covariance
   */
  Draw draw(int[] counts, Normalisation normalisation) {
    double[] often = new double[count];
    if (counts.length == 0) Arrays.fill(often, 1);
    for (int i = 0; i < counts.length; i++) often[i] = counts[i];
    long drawn = (long) Arrays.stream(often).sum();
    double divisor = FeatureStatistics.divisor(drawn, normalisation);
    try (NDManager scope = owner.newSubManager()) {
      NDArray each = torch.toDevice(scope, Tensor.of(often, count));
      NDList found =
          MetricScript.of(torch)
              .call(scope, "root_trace_of_few", offsets, products, norms, each, divisor);
      double offset = Arrays.stream(found.get(0).toDoubleArray()).map(x -> x * x).sum();
      return new Draw(offset, found.get(1).getDouble(), found.get(2).getDouble());
    }
  }
}
