package dev.espalier.compression.evaluate;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a network is measured.
 *
 * @param samples images drawn
 * @param steps DDIM steps per image
 * @param spacing of the DDIM timesteps, {@code uniform} or {@code quadratic}
 * @param batch images drawn at once
 * @param extractor network whose features the Fréchet distance compares
 * @param seed of the initial noise, the same for every network compared
 */
public record EvaluateConfig(
    int samples, int steps, String spacing, int batch, String extractor, long seed) {
  public EvaluateConfig {
    InvalidInput.require(samples >= 2, "evaluate.samples is %s; legal are 2 and more", samples);
    InvalidInput.require(
        steps >= 1 && steps <= 1000, "evaluate.steps is %s; legal are 1 to 1000", steps);
    List<String> spacings = List.of("uniform", "quadratic");
    InvalidInput.require(
        spacings.contains(spacing), "evaluate.spacing is '%s'; legal are %s", spacing, spacings);
    InvalidInput.require(batch >= 1, "evaluate.batch is %s; legal are 1 and more", batch);
  }

  @JsonCreator
  static EvaluateConfig of(
      @Nullable Integer samples,
      @Nullable Integer steps,
      @Nullable String spacing,
      @Nullable Integer batch,
      @Nullable String extractor,
      @Nullable Long seed) {
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
}
