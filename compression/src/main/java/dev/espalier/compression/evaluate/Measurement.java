package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Takes the measures that a configuration asks for, each with its interval.
 *
 * <p>What an interval costs, for B replicates, N images and D features: the Fréchet distance B
 * scatter matrices of 0.63·N rows and B eigenvalue problems (B·(0.63·N·D² + 2·D³) multiplications),
 * or, where N ≤ D, B eigenvalue problems of 0.63·N rows ({@link FewVectors}); the sliced distance B
 * walks over the sorted projections; the inception score B weighted sums; averages over images next
 * to nothing. Precision and density are resampled over the drawn images, recall and coverage over
 * the real ones, with all balls as they are: drawing an image twice would shrink its ball to
 * nothing.
 *
 * @param real the real images
 * @param progress of what takes long, each under a name of its own
 */
public record Measurement(EvaluateConfig config, Real real, Progress progress) {
  /** Image pairs compared between two looks at the progress; whole batches of every metric. */
  private static final int PAIRS = 1024;

  /** What is known of the real images; asked for only where a metric needs it. */
  public interface Real {
    FeatureStatistics statistics() throws IOException;

    /** Float32 [N, D]. */
    Tensor features() throws IOException;

    /** Squared distances to the k-th nearest other feature vector, as of {@link #radii}. */
    double[] squaredRadii() throws IOException;
  }

  /**
   * What was drawn.
   *
   * @param images uint8 [N, C, H, W]
   * @param reference the dense network's images from the same noise; null of the dense network
   * @param features float32 [N, D]
   * @param probabilities float32 [N, classes]; null unless the inception score is asked for
   */
  public record Drawn(
      Tensor images, @Nullable Tensor reference, Tensor features, @Nullable Tensor probabilities) {}

  /**
   * Squared distance of each feature vector [N, D] to its k-th nearest other one, [N].
   *
   * @param work its name in {@code progress}
   */
  public static double[] squaredRadii(Tensor features, int k, String work, Progress progress) {
    return NearestNeighbours.squaredRadii(features, k, work, progress);
  }

  /** The measures in the order of {@link Metric}. */
  public List<Measure> of(Drawn drawn) throws IOException {
    Measures found = new Measures(drawn.images().extent(0));
    if (config.asks(Metric.FRECHET_DISTANCE)) frechet(found, drawn.features());
    if (config.asks(Metric.PRDC)) prdc(found, drawn.features());
    if (config.asks(Metric.SSIM)) {
      found.mean(
          "ssim", likeness("ssim", drawn, 1, Ssim::perImage), "to the dense network's images");
    }
    if (config.asks(Metric.MSE)) {
      found.mean(
          "mse",
          likeness("mse", drawn, 0, MeanSquaredError::perImage),
          "to the dense network's images");
    }
    if (config.asks(Metric.SLICED_WASSERSTEIN)) slicedWasserstein(found, drawn.features());
    if (config.asks(Metric.INCEPTION_SCORE)) inceptionScore(found, drawn.probabilities());
    return found.list;
  }

  private Bootstrap bootstrap() {
    return new Bootstrap(config.bootstrap(), config.seed());
  }

  private void frechet(Measures found, Tensor features) throws IOException {
    Normalisation normalisation = Normalisation.of(config.normalisation());
    try (FrechetDistance distance = FrechetDistance.from(real.statistics(), normalisation)) {
      ToDoubleFunction<int[]> draws = distance.toDrawsOf(features);
      double[] distances =
          resampled("frechet-distance", features.extent(0), 1, draws::applyAsDouble);
      found.add("frechet-distance", distances, "covariance=" + config.normalisation());
    }
  }

  private interface Measured {
    double by(int[] counts);
  }

  /** A measure of the images as they are, then of each replicate. */
  private double[] resampled(String name, int images, int strata, Measured measured) {
    double[] values = new double[1 + config.bootstrap()];
    int begun = goOnFrom(name, values);
    for (int i = begun; i < values.length; i++) {
      int[] counts = i == 0 ? new int[0] : bootstrap().counts(images, strata, i - 1);
      values[i] = measured.by(counts);
      reached(name, i + 1, values);
    }
    return values;
  }

  /** Fills in the first values from an earlier attempt; returns how many. */
  private int goOnFrom(String work, double[] values) {
    double[] begun =
        progress.begun(work).map(state -> state.get("values").doubles()).orElse(new double[0]);
    System.arraycopy(begun, 0, values, 0, begun.length);
    return begun.length;
  }

  private void reached(String work, int done, double[] values) {
    progress.reached(
        work,
        done,
        values.length,
        () -> new StateDict(Map.of("values", Tensor.of(Arrays.copyOf(values, done), done))));
  }

  private void prdc(Measures found, Tensor features) throws IOException {
    int k = config.neighbours();
    double[] radii = squaredRadii(features, k, "radii", progress);
    BallCounts counts =
        BallCounts.of(real.features(), real.squaredRadii(), features, radii, k, progress);
    String settings = "k=" + k;
    found.mean("precision", shares(counts.around(), 1, true), settings);
    found.mean("recall", shares(counts.recalled()), settings);
    found.mean("density", shares(counts.around(), k, false), settings);
    found.mean("coverage", shares(counts.covered()), settings);
  }

  private static double[] shares(int[] balls, int k, boolean any) {
    return Arrays.stream(balls).mapToDouble(n -> any ? Math.min(n, 1) : (double) n / k).toArray();
  }

  private static double[] shares(boolean[] flags) {
    double[] shares = new double[flags.length];
    for (int i = 0; i < shares.length; i++) shares[i] = flags[i] ? 1 : 0;
    return shares;
  }

  private interface PerImage {
    double[] compare(Tensor first, Tensor second);
  }

  /** The dense network's own images are as like them as can be. */
  private double[] likeness(String work, Drawn drawn, double same, PerImage metric) {
    Tensor reference = drawn.reference();
    double[] all = new double[drawn.images().extent(0)];
    if (reference == null) {
      Arrays.fill(all, same);
      return all;
    }
    Images.requirePairs(reference, drawn.images());
    int from = goOnFrom(work, all);
    while (from < all.length) {
      int to = Math.min(all.length, from + PAIRS);
      Tensor first = Images.rows(reference, from, to);
      double[] some = metric.compare(first, Images.rows(drawn.images(), from, to));
      System.arraycopy(some, 0, all, from, some.length);
      from = to;
      reached(work, from, all);
    }
    return all;
  }

  private void slicedWasserstein(Measures found, Tensor features) throws IOException {
    Tensor directions =
        SlicedWasserstein.directions(features.extent(1), config.directions(), config.seed());
    double[][] resampled =
        SlicedWasserstein.perResampling(
            real.features(), features, directions, new Resampled(features.extent(0)), progress);
    double[] distances =
        Arrays.stream(resampled)
            .mapToDouble(each -> new SlicedWasserstein(each).rootMeanSquare())
            .toArray();
    found.add("sliced-wasserstein", distances, "directions=" + config.directions());
  }

  /** First the images as they are, then the replicates. */
  private final class Resampled implements SlicedWasserstein.Resampling {
    private final int images;

    Resampled(int images) {
      this.images = images;
    }

    @Override
    public int count() {
      return 1 + config.bootstrap();
    }

    @Override
    public int[] counts(int b) {
      return b == 0 ? new int[0] : bootstrap().counts(images, b - 1);
    }
  }

  private void inceptionScore(Measures found, @Nullable Tensor probabilities) {
    if (probabilities == null) {
      throw new InvalidInput(
          "evaluate.metrics has inception-score, but extractor '"
              + config.extractor()
              + "' tells no class probabilities");
    }
    InceptionScore score = new InceptionScore(probabilities, config.splits());
    double[] scores =
        resampled(
            "inception-score",
            found.images,
            config.splits(),
            counts -> Arrays.stream(score.perSplit(counts)).average().orElseThrow());
    found.add("inception-score", scores, "splits=" + config.splits());
  }

  private final class Measures {
    private final int images;
    private final List<Measure> list = new ArrayList<>();

    Measures(int images) {
      this.images = images;
    }

    void mean(String name, double[] perImage, String settings) {
      double mean = Arrays.stream(perImage).average().orElseThrow();
      add(name, mean, bootstrap().means(perImage), settings);
    }

    /**
     * @param values the measure, then its replicates
     */
    void add(String name, double[] values, String settings) {
      add(name, values[0], Arrays.copyOfRange(values, 1, values.length), settings);
    }

    void add(String name, double value, double[] replicates, String settings) {
      Interval ends = replicates.length == 0 ? null : Bootstrap.interval(value, replicates);
      list.add(new Measure(name, value, ends, images, settings));
    }
  }
}
