package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the measures that a configuration asks for, each with its interval.
 *
 * <p>What an interval costs, for B replicates, N images and D features: the Fréchet distance B
 * scatter matrices of 0.63·N rows and B eigenvalue problems (B·(0.63·N·D² + 2·D³) multiplications);
 * the sliced distance B walks over the sorted projections; the inception score B weighted sums;
 * averages over images next to nothing. Precision and density are resampled over the drawn images,
 * recall and coverage over the real ones, with all balls as they are: drawing an image twice would
 * shrink its ball to nothing.
 *
 * @param real the real images
 * @param alive called now and then, as often as something is done
 */
public record Measurement(EvaluateConfig config, Real real, Runnable alive) {
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

  /** Squared distance of each feature vector [N, D] to its k-th nearest other one, [N]. */
  public static double[] squaredRadii(Tensor features, int k) {
    return NearestNeighbours.squaredRadii(features, k);
  }

  /** The measures in the order of {@link Metric}. */
  public List<Measure> of(Drawn drawn) throws IOException {
    Measures found = new Measures(drawn.images().extent(0));
    if (config.asks(Metric.FRECHET_DISTANCE)) frechet(found, drawn.features());
    if (config.asks(Metric.PRDC)) prdc(found, drawn.features());
    if (config.asks(Metric.SSIM)) {
      found.mean("ssim", likeness(drawn, 1, Ssim::perImage), "to the dense network's images");
    }
    if (config.asks(Metric.MSE)) {
      found.mean(
          "mse", likeness(drawn, 0, MeanSquaredError::perImage), "to the dense network's images");
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
      found.add(
          "frechet-distance",
          distance.to(FeatureStatistics.of(features)),
          bootstrap()
              .replicates(
                  b -> {
                    alive.run();
                    int[] counts = bootstrap().counts(features.extent(0), b);
                    return distance.to(FeatureStatistics.of(features, counts));
                  }),
          "covariance=" + config.normalisation());
    }
  }

  private void prdc(Measures found, Tensor features) throws IOException {
    int k = config.neighbours();
    BallCounts counts =
        BallCounts.of(real.features(), real.squaredRadii(), features, squaredRadii(features, k), k);
    alive.run();
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
  private static double[] likeness(Drawn drawn, double same, PerImage metric) {
    if (drawn.reference() != null) return metric.compare(drawn.reference(), drawn.images());
    double[] all = new double[drawn.images().extent(0)];
    Arrays.fill(all, same);
    return all;
  }

  private void slicedWasserstein(Measures found, Tensor features) throws IOException {
    Tensor directions =
        SlicedWasserstein.directions(features.extent(1), config.directions(), config.seed());
    double[][] resampled =
        SlicedWasserstein.perResampling(
            real.features(), features, directions, new Resampled(features.extent(0)));
    double[] distances =
        Arrays.stream(resampled)
            .mapToDouble(each -> new SlicedWasserstein(each).rootMeanSquare())
            .toArray();
    found.add(
        "sliced-wasserstein",
        distances[0],
        Arrays.copyOfRange(distances, 1, distances.length),
        "directions=" + config.directions());
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
      alive.run();
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
    found.add(
        "inception-score",
        score.score(),
        bootstrap()
            .replicates(
                b -> {
                  alive.run();
                  int[] counts = bootstrap().counts(found.images, config.splits(), b);
                  return Arrays.stream(score.perSplit(counts)).average().orElseThrow();
                }),
        "splits=" + config.splits());
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
      alive.run();
    }

    void add(String name, double value, double[] replicates, String settings) {
      Interval ends = replicates.length == 0 ? null : Bootstrap.interval(value, replicates);
      list.add(new Measure(name, value, ends, images, settings));
    }
  }
}
