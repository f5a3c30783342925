package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;

/**
 * Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020) as the
 * {@code prdc} package computes them. A vector's ball reaches to its k-th nearest other vector of
 * its own cloud; a ball holds what lies strictly inside. Hence duplicates, whose ball has radius
 * zero, hold nothing.
 *
 * @param precision share of fake vectors inside at least one real ball
 * @param recall share of real vectors inside at least one fake ball
 * @param density mean number of real balls around a fake vector, over k; may exceed 1
 * @param coverage share of real balls that hold a fake vector
 */
public record Prdc(double precision, double recall, double density, double coverage) {
  /** Entries of one block of the distance matrix. */
  private static final int BLOCK = 1 << 22;

  /** A squared distance below this share of the squared norms is rounding of an exact zero. */
  private static final double ROUNDING = 1e-13;

  /**
   * Compares real [N, D] and fake [M, D] features. Time is (N+M)²·D, memory that of the features
   * and of one block of rows. SVS and its predecessors use {@code k} = 5.
   *
   * @throws InvalidInput if the widths differ or a cloud has no more than {@code k} vectors
   */
  public static Prdc of(Tensor real, Tensor fake, int k) {
    InvalidInput.require(k >= 1, "k is %d; legal are 1 and more", k);
    for (Tensor cloud : new Tensor[] {real, fake}) {
      InvalidInput.require(
          cloud.rank() == 2 && cloud.extent(1) == real.extent(1) && cloud.extent(0) > k,
          "features are [more than k = %d images, equal width], not real %s and fake %s",
          k,
          real,
          fake);
    }
    double[] realRadii = radii(real, k);
    double[] fakeRadii = radii(fake, k);
    int n = real.extent(0);
    int m = fake.extent(0);
    int[] around = new int[m];
    int[] recalled = {0};
    int[] covered = {0};
    rows(
        real,
        fake,
        (i, distances) -> {
          boolean inFakeBall = false;
          boolean holdsFake = false;
          for (int j = 0; j < m; j++) {
            inFakeBall |= distances[j] < fakeRadii[j];
            if (distances[j] < realRadii[i]) {
              holdsFake = true;
              around[j]++;
            }
          }
          if (inFakeBall) recalled[0]++;
          if (holdsFake) covered[0]++;
        });
    return new Prdc(
        Arrays.stream(around).filter(balls -> balls > 0).count() / (double) m,
        recalled[0] / (double) n,
        Arrays.stream(around).asLongStream().sum() / ((double) k * m),
        covered[0] / (double) n);
  }

  /** Squared distance of every vector to its k-th nearest other one. */
  private static double[] radii(Tensor cloud, int k) {
    double[] radii = new double[cloud.extent(0)];
    rows(
        cloud,
        cloud,
        (i, distances) -> {
          distances[i] = 0;
          radii[i] = smallest(distances, k + 1);
        });
    return radii;
  }

  /** The {@code count}-th smallest value, by insertion into the few smallest so far. */
  private static double smallest(double[] values, int count) {
    double[] least = new double[count];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    for (double value : values) {
      if (value >= least[count - 1]) continue;
      int at = count - 1;
      for (; at > 0 && least[at - 1] > value; at--) least[at] = least[at - 1];
      least[at] = value;
    }
    return least[count - 1];
  }

  private interface Row {
    /** Takes the squared distances of vector {@code i} to all others; may change them. */
    void accept(int i, double[] distances);
  }

  /** Squared distances of each of {@code from} to all of {@code to}, a block of rows at a time. */
  private static void rows(Tensor from, Tensor to, Row row) {
    int n = from.extent(0);
    int m = to.extent(0);
    double[] fromNorms = squaredNorms(from);
    double[] toNorms = squaredNorms(to);
    int step = Math.max(1, BLOCK / m);
    try (Torch.Session torch = Torch.open()) {
      NDArray columns = torch.toDevice(torch.manager(), wide(to)).transpose();
      for (int start = 0; start < n; start += step) {
        int count = Math.min(step, n - start);
        double[] products = products(torch, from, start, count, columns);
        double[] distances = new double[m];
        for (int i = 0; i < count; i++) {
          for (int j = 0; j < m; j++) {
            double norms = fromNorms[start + i] + toNorms[j];
            double squared = norms - 2 * products[i * m + j];
            distances[j] = squared < ROUNDING * norms ? 0 : squared;
          }
          row.accept(start + i, distances);
        }
      }
    }
  }

  private static double[] products(
      Torch.Session torch, Tensor from, int start, int count, NDArray columns) {
    int[] indices = new int[count];
    Arrays.setAll(indices, i -> start + i);
    try (NDManager scope = torch.manager().newSubManager()) {
      NDArray rows = torch.toDevice(scope, wide(from.select(0, indices)));
      return Torch.toHost(torch.script().compute(scope, "matmul", rows, columns)).doubles();
    }
  }

  private static Tensor wide(Tensor features) {
    return Tensor.of(features.doubles(), features.shape());
  }

  private static double[] squaredNorms(Tensor features) {
    double[] values = features.doubles();
    double[] norms = new double[features.extent(0)];
    int width = features.extent(1);
    for (int i = 0; i < values.length; i++) norms[i / width] += values[i] * values[i];
    return norms;
  }
}
