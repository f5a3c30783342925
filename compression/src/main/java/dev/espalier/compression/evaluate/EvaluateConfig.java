package dev.espalier.compression.evaluate;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a network is judged: how many images it draws, how, by which metrics, and in whose features
 * they are compared with real ones. Two networks are comparable only under equal configurations.
 *
 * @param samples images to draw, 2 to 1,000,000
 * @param steps DDIM steps per image, 1 to 1000
 * @param spacing of the timesteps: {@code uniform} or {@code quadratic} (denser near the image)
 * @param batch images drawn together
 * @param extractor whose features are compared: an {@link ExtractorName}
 * @param seed of the starting noise; equal seeds give dense and compressed network the same noise
 * @param metrics what is computed: labels of {@link Metric}
 * @param neighbours k of precision, recall, density and coverage
 * @param normalisation of the Fréchet distance's covariances: {@code unbiased} (N − 1, as
 *     pytorch-fid) or {@code population} (N, as NVIDIA)
 * @param directions of the sliced Wasserstein distance
 * @param splits of the inception score
 * @param bootstrap replicates that each measure's interval is taken from; 0 for none
 */
public record EvaluateConfig(
    int samples,
    int steps,
    String spacing,
    int batch,
    String extractor,
    long seed,
    List<String> metrics,
    int neighbours,
    String normalisation,
    int directions,
    int splits,
    int bootstrap) {
  private static final List<String> METRICS =
      List.of(Metric.FRECHET_DISTANCE.label(), Metric.SSIM.label());

  public EvaluateConfig {
    metrics = List.copyOf(metrics);
    range("samples", samples, 2, 1_000_000);
    range("steps", steps, 1, 1000);
    legal("spacing", spacing, List.of("uniform", "quadratic"));
    range("batch", batch, 1, 65_536);
    InvalidInput.require(
        !extractor.isBlank(), "evaluate.extractor is blank; it names a feature network");
    ExtractorName.of(extractor);
    List<Metric> asked = metrics.stream().map(Metric::of).toList();
    InvalidInput.require(
        !asked.isEmpty() && asked.stream().distinct().count() == asked.size(),
        "evaluate.metrics is %s; legal are one or more, each once",
        metrics);
    range("neighbours", neighbours, 1, asked.contains(Metric.PRDC) ? samples - 1 : 1_000_000);
    legal("normalisation", normalisation, List.of("unbiased", "population"));
    range("directions", directions, 1, 65_536);
    range("splits", splits, 1, asked.contains(Metric.INCEPTION_SCORE) ? samples : 1_000_000);
    range("bootstrap", bootstrap, 0, 100_000);
  }

  /** With the metrics and settings that a plan need not name. */
  public EvaluateConfig(
      int samples, int steps, String spacing, int batch, String extractor, long seed) {
    this(samples, steps, spacing, batch, extractor, seed, METRICS, 5, "unbiased", 128, 10, 200);
  }

  @JsonCreator
  static EvaluateConfig of(
      @JsonProperty("samples") @Nullable Integer samples,
      @JsonProperty("steps") @Nullable Integer steps,
      @JsonProperty("spacing") @Nullable String spacing,
      @JsonProperty("batch") @Nullable Integer batch,
      @JsonProperty("extractor") @Nullable String extractor,
      @JsonProperty("seed") @Nullable Long seed,
      @JsonProperty("metrics") @Nullable List<String> metrics,
      @JsonProperty("neighbours") @Nullable Integer neighbours,
      @JsonProperty("normalisation") @Nullable String normalisation,
      @JsonProperty("directions") @Nullable Integer directions,
      @JsonProperty("splits") @Nullable Integer splits,
      @JsonProperty("bootstrap") @Nullable Integer bootstrap) {
    EvaluateConfig otherwise =
        new EvaluateConfig(
            samples == null ? 1000 : samples,
            steps == null ? 20 : steps,
            spacing == null ? "uniform" : spacing,
            batch == null ? 100 : batch,
            extractor == null ? "fashion-classifier" : extractor,
            seed == null ? 1 : seed);
    return new EvaluateConfig(
        otherwise.samples,
        otherwise.steps,
        otherwise.spacing,
        otherwise.batch,
        otherwise.extractor,
        otherwise.seed,
        metrics == null ? otherwise.metrics : metrics,
        neighbours == null ? otherwise.neighbours : neighbours,
        normalisation == null ? otherwise.normalisation : normalisation,
        directions == null ? otherwise.directions : directions,
        splits == null ? otherwise.splits : splits,
        bootstrap == null ? otherwise.bootstrap : bootstrap);
  }

  /** The configuration an empty JSON object stands for. */
  public static EvaluateConfig defaults() {
    return of(null, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** The same configuration in other features. */
  public EvaluateConfig withExtractor(String other) {
    return new EvaluateConfig(
        samples,
        steps,
        spacing,
        batch,
        other,
        seed,
        metrics,
        neighbours,
        normalisation,
        directions,
        splits,
        bootstrap);
  }

  /** Whether {@code metric} is computed. */
  public boolean asks(Metric metric) {
    return metrics.contains(metric.label());
  }

  private static void legal(String field, String value, List<String> legal) {
    InvalidInput.require(
        legal.contains(value), "evaluate.%s is '%s'; legal are %s", field, value, legal);
  }

  private static void range(String field, int value, int low, int high) {
    InvalidInput.require(
        value >= low && value <= high,
        "evaluate.%s is %d; legal are %d to %d",
        field,
        value,
        low,
        high);
  }
}
