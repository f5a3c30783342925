package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;

/**
 * Mean and scatter of feature vectors, gathered batch by batch in double. Memory is width² +
 * {@value #BLOCK}·width doubles, whatever the number of images. Blocks are merged by the update of
 * Chan, Golub and LeVeque (1983), which subtracts no large squares from each other.
 */
public final class FeatureStatistics {
  private static final int BLOCK = 1024;

  private final int width;
  private final double[] mean;
  private final double[] scatter;
  private final double[] block;
  private long merged;
  private int pending;

  /** No vectors yet; each will have {@code width} features. */
  public FeatureStatistics(int width) {
    InvalidInput.require(width > 0, "features need a width of at least 1, not %d", width);
    this.width = width;
    this.mean = new double[width];
    this.scatter = new double[width * width];
    this.block = new double[BLOCK * width];
  }

  /** The statistics of {@code features} [N, D]. */
  public static FeatureStatistics of(Tensor features) {
    InvalidInput.require(features.rank() == 2, "features are [images, width], not %s", features);
    FeatureStatistics statistics = new FeatureStatistics(features.extent(1));
    statistics.addBatch(features);
    return statistics;
  }

  /**
   * Adds the rows of {@code features} [N, width]. The result does not depend on how the rows are
   * cut into batches.
   *
   * @throws InvalidInput if the width is another one or a feature is not finite
   */
  public void addBatch(Tensor features) {
    InvalidInput.require(
        features.rank() == 2 && features.extent(1) == width,
        "features are [images, %d] here, not %s",
        width,
        features);
    double[] values = features.doubles();
    for (double value : values) {
      InvalidInput.require(
          Double.isFinite(value), "features hold %s; the images or the network diverged", value);
    }
    for (int row = 0; row < features.extent(0); row++) {
      System.arraycopy(values, row * width, block, pending * width, width);
      pending++;
      if (pending == BLOCK) merge();
    }
  }

  /** Vectors added so far. */
  public long count() {
    return merged + pending;
  }

  /** Features per vector. */
  public int width() {
    return width;
  }

  /** Mean vector, float64 [width]. */
  public Tensor mean() {
    merge();
    return Tensor.of(mean, width);
  }

  /**
   * Covariance matrix, float64 [width, width].
   *
   * @throws InvalidInput if fewer vectors were added than {@code normalisation} needs
   */
  public Tensor covariance(Normalisation normalisation) {
    merge();
    long divisor = normalisation.divisor(merged);
    InvalidInput.require(divisor > 0, "a covariance needs more than %d images", merged);
    return Tensor.of(Arrays.stream(scatter).map(s -> s / divisor).toArray(), width, width);
  }

  private void merge() {
    if (pending == 0) return;
    double[] blockMean = new double[width];
    for (int i = 0; i < pending * width; i++) blockMean[i % width] += block[i];
    for (int j = 0; j < width; j++) blockMean[j] /= pending;
    for (int i = 0; i < pending * width; i++) block[i] -= blockMean[i % width];
    double[] blockScatter = gram(Tensor.of(Arrays.copyOf(block, pending * width), pending, width));

    long total = merged + pending;
    double[] shift = new double[width];
    for (int j = 0; j < width; j++) shift[j] = blockMean[j] - mean[j];
    double between = (double) merged * pending / total;
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < width; j++) {
        scatter[i * width + j] += blockScatter[i * width + j] + shift[i] * shift[j] * between;
      }
    }
    for (int j = 0; j < width; j++) mean[j] += shift[j] * pending / total;
    merged = total;
    pending = 0;
  }

  /** XᵀX. */
  private static double[] gram(Tensor rows) {
    try (Torch.Session torch = Torch.open()) {
      NDManager scope = torch.manager();
      NDArray x = torch.toDevice(scope, rows);
      return Torch.toHost(torch.script().compute(scope, "matmul", x.transpose(), x)).doubles();
    }
  }
}
