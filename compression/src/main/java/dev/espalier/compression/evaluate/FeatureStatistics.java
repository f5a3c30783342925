package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import java.util.Map;

/**
 * Mean and scatter of feature vectors: all that a Fréchet distance needs of them.
 *
 * <p>They are gathered in blocks of rows, centred on the first block's mean so that no large
 * squares are subtracted from each other, and added up in double; memory is 2·width² doubles and
 * one block of {@value #BLOCK} kB a feature. The products inside a block are double too, but for
 * clouds of at least {@value #PLENTY} vectors per feature and {@value #WIDE} features: these are
 * multiplied in float32, twice as fast, and the Fréchet distance then differs by some 1e-7 of
 * itself. Where a feature is all but a combination of others that would not hold, and double is
 * used after all.
 *
 * @param count vectors
 * @param mean float64 [width]
 * @param scatter float64 [width, width]: the sum of (x − mean)(x − mean)ᵀ
 */
public record FeatureStatistics(long count, Tensor mean, Tensor scatter) {
  private static final int BLOCK = 32;
  private static final int PLENTY = 8;
  private static final int WIDE = 256;

  /** Share of a feature's variance left open by others, below which float32 does not do. */
  private static final double DEPENDENT = 1e-4;

  private static final int[] ALL = {};

  public FeatureStatistics {
    InvalidInput.require(
        mean.rank() == 1
            && Arrays.equals(scatter.shape(), new int[] {mean.extent(0), mean.extent(0)})
            && mean.dtype() == Dtype.F64
            && scatter.dtype() == Dtype.F64,
        "feature statistics are F64 [width] and [width, width], not %s and %s",
        mean,
        scatter);
  }

  /**
   * The statistics of {@code features} [N, width].
   *
   * @throws InvalidInput if there is no vector or a feature is not finite
   */
  public static FeatureStatistics of(Tensor features) {
    return of(features, ALL);
  }

  /**
   * The statistics of {@code features} [N, width] where vector i counts {@code counts[i]} times; an
   * empty {@code counts} means once each.
   */
  static FeatureStatistics of(Tensor features, int[] counts) {
    FeatureRows.require(features);
    InvalidInput.require(features.extent(0) > 0, "feature statistics need at least 1 image");
    int width = features.extent(1);
    boolean narrow =
        features.dtype() == Dtype.F32
            && width >= WIDE
            && features.extent(0) >= (long) PLENTY * width;
    try (Torch.Session torch = Torch.open()) {
      FeatureStatistics statistics = gather(torch, features, counts, !narrow);
      boolean kept = !narrow || openness(torch, statistics.scatter) > DEPENDENT;
      return kept ? statistics : gather(torch, features, counts, true);
    }
  }

  private static FeatureStatistics gather(
      Torch.Session torch, Tensor features, int[] counts, boolean wide) {
    Script script = MetricScript.of(torch);
    int n = features.extent(0);
    int width = features.extent(1);
    long count = counts.length == 0 ? n : Arrays.stream(counts).asLongStream().sum();
    try (NDManager owner = torch.manager().newSubManager()) {
      NDArray into = owner.zeros(new Shape(width, width), DataType.FLOAT64);
      NDArray sums = owner.zeros(new Shape(width), DataType.FLOAT64);
      DataType type = wide ? DataType.FLOAT64 : DataType.FLOAT32;
      int block = Math.min(n, BLOCK * 1024 / type.getNumOfBytes());
      NDArray shift = shift(torch, owner, features, block, type);
      NDArray work = owner.create(new Shape(block, width), type);
      NDArray products = wide ? into : owner.zeros(new Shape(width, width), type);
      for (int from = 0; from < n; from += block) {
        int to = Math.min(n, from + block);
        try (NDManager scope = owner.newSubManager()) {
          NDArray rows = FeatureRows.of(torch, scope, features, from, to);
          NDArray own =
              scope.create(counts.length == 0 ? ALL : Arrays.copyOfRange(counts, from, to));
          script.apply("scatter", rows, own, shift, work, products, into, sums);
        }
      }
      NDList whole = script.call(owner, "centered", into, sums, shift, (double) count);
      Tensor mean = Torch.toHost(whole.get(0));
      for (double value : mean.doubles()) {
        InvalidInput.require(
            Double.isFinite(value), "features hold %s; the images or the network diverged", value);
      }
      return new FeatureStatistics(count, mean, Torch.toHost(whole.get(1)));
    }
  }

  /** The mean of the first block, in the type that is multiplied. */
  private static NDArray shift(
      Torch.Session torch, NDManager owner, Tensor features, int block, DataType type) {
    try (NDManager scope = owner.newSubManager()) {
      NDArray first = FeatureRows.of(torch, scope, features, 0, block);
      NDArray mean = MetricScript.of(torch).compute(scope, "mean_rows", first);
      NDArray shift = mean.toType(type, true);
      shift.attach(owner);
      return shift;
    }
  }

  /** The smallest share of a feature's variance that the features before it leave open. */
  private static double openness(Torch.Session torch, Tensor scatter) {
    try (NDManager scope = torch.manager().newSubManager()) {
      NDArray matrix = torch.toDevice(scope, scatter);
      NDArray factor = MetricScript.of(torch).compute(scope, "cholesky", matrix);
      if (factor.isEmpty()) return 0;
      return MetricScript.of(torch).compute(scope, "smallest_pivot", factor, matrix).getDouble();
    }
  }

  /** Features per vector. */
  public int width() {
    return mean.extent(0);
  }

  /**
   * Covariance matrix, float64 [width, width].
   *
   * @throws InvalidInput if there are fewer vectors than {@code normalisation} needs
   */
  public Tensor covariance(Normalisation normalisation) {
    long divisor = divisor(normalisation);
    return Tensor.of(
        Arrays.stream(scatter.doubles()).map(s -> s / divisor).toArray(), width(), width());
  }

  /** What the scatter is divided by; at least 1. */
  long divisor(Normalisation normalisation) {
    return divisor(count, normalisation);
  }

  /** As above, of so many vectors. */
  static long divisor(long count, Normalisation normalisation) {
    long divisor = normalisation.divisor(count);
    InvalidInput.require(divisor > 0, "a covariance needs more than %d images", count);
    return divisor;
  }

  /** As tensors {@code count}, {@code mean} and {@code scatter}, for a file. */
  public StateDict toStateDict() {
    return new StateDict(
        Map.of("count", Tensor.of(new long[] {count}, 1), "mean", mean, "scatter", scatter));
  }

  /**
   * Reads what {@link #toStateDict} gave.
   *
   * @throws InvalidInput if the tensors are others
   */
  public static FeatureStatistics of(StateDict tensors) {
    Tensor count = tensors.get("count");
    InvalidInput.require(
        count.dtype() == Dtype.I64 && count.size() == 1, "count is I64 [1], not %s", count);
    return new FeatureStatistics(count.longs()[0], tensors.get("mean"), tensors.get("scatter"));
  }
}
