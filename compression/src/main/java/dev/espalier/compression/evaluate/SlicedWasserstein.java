package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import java.util.Map;

/**
 * The sliced 2-Wasserstein distance of two feature clouds (Bonneel et al. 2015): both are projected
 * on directions, and on each the squared distance is the mean square between their quantile
 * functions. Clouds may differ in size. Memory is a few numbers per vector, whatever the
 * directions: they are taken {@value #BLOCK} at a time.
 *
 * @param perDirection the 2-Wasserstein distance on each direction
 */
public record SlicedWasserstein(double[] perDirection) {
  private static final int BLOCK = 8;
  private static final int ROWS = 4096;
  private static final String WORK = "sliced-wasserstein";

  public SlicedWasserstein {
    perDirection = perDirection.clone();
  }

  @Override
  public double[] perDirection() {
    return perDirection.clone();
  }

  /** The distance: the root of the mean square over all directions. */
  public double rootMeanSquare() {
    return Math.sqrt(Arrays.stream(perDirection).map(w -> w * w).average().orElseThrow());
  }

  /** The mean over all directions. */
  public double mean() {
    return Arrays.stream(perDirection).average().orElseThrow();
  }

  /**
   * {@code count} directions drawn evenly from the sphere: float64 [count, width], each of length
   * 1, a function of the seed.
   */
  public static Tensor directions(int width, int count, long seed) {
    double[] values = new double[width * count];
    try (Torch.Session torch = Torch.open()) {
      for (int d = 0; d < count; d++) {
        long own = CounterRandom.seed(seed, "direction", d);
        try (NDArray drawn =
            torch.script().compute(torch.manager(), "randn", new long[] {width}, own)) {
          float[] normal = drawn.toFloatArray();
          double norm = 0;
          for (float value : normal) norm += (double) value * value;
          for (int i = 0; i < width; i++) values[d * width + i] = normal[i] / Math.sqrt(norm);
        }
      }
    }
    return Tensor.of(values, count, width);
  }

  /**
   * Compares real [N, D] and fake [M, D] features.
   *
   * @param directions float64 [L, D]
   * @throws InvalidInput if the widths differ
   */
  public static SlicedWasserstein of(Tensor real, Tensor fake, Tensor directions) {
    return new SlicedWasserstein(
        perResampling(real, fake, directions, new NoResampling(), Progress.NONE)[0]);
  }

  /** Resamplings of the fake vectors: how often each of them is drawn. */
  interface Resampling {
    /** How many there are. */
    int count();

    /** How often each vector counts in number {@code b}; empty means once each. */
    int[] counts(int b);
  }

  private record NoResampling() implements Resampling {
    @Override
    public int count() {
      return 1;
    }

    @Override
    public int[] counts(int b) {
      return new int[0];
    }
  }

  /**
   * The distance on each direction for each resampling of the fake vectors, [resampling][L].
   *
   * @param progress counts the directions, as work {@value #WORK}
   */
  static double[][] perResampling(
      Tensor real, Tensor fake, Tensor directions, Resampling resampling, Progress progress) {
    FeatureRows.require(real);
    FeatureRows.require(fake);
    InvalidInput.require(
        real.extent(1) == fake.extent(1) && directions.extent(1) == real.extent(1),
        "sliced Wasserstein takes features of one width and directions [number, width], not %s,"
            + " %s and %s",
        real,
        fake,
        directions);
    int number = directions.extent(0);
    double[][] distances = new double[resampling.count()][number];
    int begun = progress.begun(WORK).map(state -> goOnFrom(state, distances)).orElse(0);
    for (int from = begun; from < number; from += BLOCK) {
      int first = from;
      int[] indices = new int[Math.min(BLOCK, number - from)];
      Arrays.setAll(indices, i -> first + i);
      Tensor some = directions.select(0, indices);
      Projected reals = Projected.of(real, some);
      Projected fakes = Projected.of(fake, some);
      for (int b = 0; b < distances.length; b++) {
        int[] counts = resampling.counts(b);
        for (int l = 0; l < indices.length; l++) {
          distances[b][from + l] = Math.sqrt(reals.squaredDistance(fakes, counts, l));
        }
      }
      int done = from + indices.length;
      progress.reached(WORK, done, number, () -> state(done, distances));
    }
    return distances;
  }

  private static StateDict state(int done, double[][] distances) {
    int number = distances[0].length;
    double[] all = Arrays.stream(distances).flatMapToDouble(Arrays::stream).toArray();
    return new StateDict(
        Map.of(
            "directions", Tensor.of(new long[] {done}, 1),
            "distances", Tensor.of(all, distances.length, number)));
  }

  /** Fills the distances; returns for how many directions. */
  private static int goOnFrom(StateDict begun, double[][] distances) {
    double[] all = begun.get("distances").doubles();
    int number = distances[0].length;
    for (int b = 0; b < distances.length; b++) {
      System.arraycopy(all, b * number, distances[b], 0, number);
    }
    return (int) begun.get("directions").longs()[0];
  }

  /** A cloud's projections, sorted, and whose each is: [L][N]. */
  private record Projected(double[][] values, int[][] order) {
    static Projected of(Tensor features, Tensor directions) {
      int n = features.extent(0);
      double[][] values = new double[directions.extent(0)][n];
      int[][] order = new int[directions.extent(0)][n];
      try (Torch.Session torch = Torch.open()) {
        NDArray axes = torch.toDevice(torch.manager(), directions);
        NDList parts = new NDList();
        for (int from = 0; from < n; from += ROWS) {
          try (NDManager scope = torch.manager().newSubManager()) {
            NDArray rows = FeatureRows.of(torch, scope, features, from, Math.min(n, from + ROWS));
            NDArray part = MetricScript.of(torch).compute(scope, "project", rows, axes);
            part.attach(torch.manager());
            parts.add(part);
          }
        }
        NDList sorted = MetricScript.of(torch).call(torch.manager(), "sort_columns", parts);
        double[] flat = sorted.get(0).toDoubleArray();
        int[] rows = sorted.get(1).toIntArray();
        for (int l = 0; l < values.length; l++) {
          System.arraycopy(flat, l * n, values[l], 0, n);
          System.arraycopy(rows, l * n, order[l], 0, n);
        }
      }
      return new Projected(values, order);
    }

    /**
     * The mean square between the quantile functions, on direction {@code l}: both clouds' sorted
     * values are walked together in steps of equal probability.
     */
    double squaredDistance(Projected other, int[] counts, int l) {
      double[] x = values[l];
      double[] y = other.values[l];
      int[] whose = other.order[l];
      long total = counts.length == 0 ? y.length : Arrays.stream(counts).asLongStream().sum();
      double sum = 0;
      int i = 0;
      long left = total;
      for (int j = 0; j < y.length; j++) {
        long mass = x.length * (counts.length == 0 ? 1L : counts[whose[j]]);
        while (mass > 0) {
          long step = Math.min(mass, left);
          sum += step * (x[i] - y[j]) * (x[i] - y[j]);
          mass -= step;
          left -= step;
          if (left == 0) {
            left = total;
            i++;
          }
        }
      }
      return sum / ((double) x.length * total);
    }
  }
}
