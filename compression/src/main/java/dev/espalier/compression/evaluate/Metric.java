package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The metrics a plan can ask for in {@code evaluate.metrics}. */
public enum Metric {
  /** {@link FrechetDistance}; what sweeps rank their arms by. */
  FRECHET_DISTANCE,
  /** {@link Prdc}: precision, recall, density, coverage. */
  PRDC,
  /** {@link Ssim} to the dense network's images from the same noise. */
  SSIM,
  /** {@link MeanSquaredError} to the dense network's images from the same noise. */
  MSE,
  /** {@link SlicedWasserstein} between features. */
  SLICED_WASSERSTEIN,
  /** {@link InceptionScore}; takes an extractor with classes. */
  INCEPTION_SCORE;

  /** As a plan has it: {@code frechet-distance}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The metric called {@code label}.
   *
   * @throws InvalidInput naming the metrics there are
   */
  public static Metric of(String label) {
    List<String> legal = Arrays.stream(values()).map(Metric::label).toList();
    InvalidInput.require(
        legal.contains(label), "evaluate.metrics has '%s'; legal are %s", label, legal);
    return values()[legal.indexOf(label)];
  }
}
