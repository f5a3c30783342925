package dev.espalier.compression.evaluate;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a network is judged: how many images it draws, how, and in whose features they are compared
 * with real ones. Two networks are comparable only under equal configurations.
 *
 * @param samples images to draw, 2 to 1,000,000
 * @param steps DDIM steps per image, 1 to 1000
 * @param spacing of the timesteps: {@code uniform} or {@code quadratic} (denser near the image)
 * @param batch images drawn together
 * @param extractor name of the network whose features are compared
 * @param seed of the starting noise; equal seeds give dense and compressed network the same noise
 */
public record EvaluateConfig(
    int samples, int steps, String spacing, int batch, String extractor, long seed) {
  public EvaluateConfig {
    range("samples", samples, 2, 1_000_000);
    range("steps", steps, 1, 1000);
    InvalidInput.require(
        spacing.equals("uniform") || spacing.equals("quadratic"),
        "evaluate.spacing is '%s'; legal are %s",
        spacing,
        List.of("uniform", "quadratic"));
    range("batch", batch, 1, 65_536);
    InvalidInput.require(
        !extractor.isBlank(), "evaluate.extractor is blank; it names a feature network");
  }

  @JsonCreator
  static EvaluateConfig of(
      @JsonProperty("samples") @Nullable Integer samples,
      @JsonProperty("steps") @Nullable Integer steps,
      @JsonProperty("spacing") @Nullable String spacing,
      @JsonProperty("batch") @Nullable Integer batch,
      @JsonProperty("extractor") @Nullable String extractor,
      @JsonProperty("seed") @Nullable Long seed) {
    return new EvaluateConfig(
        samples == null ? 1000 : samples,
        steps == null ? 20 : steps,
        spacing == null ? "uniform" : spacing,
        batch == null ? 100 : batch,
        extractor == null ? "fashion-classifier" : extractor,
        seed == null ? 1 : seed);
  }

  /** The configuration an empty JSON object stands for. */
  public static EvaluateConfig defaults() {
    return of(null, null, null, null, null, null);
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
