package dev.espalier.activities.metrics;

import dev.espalier.compression.evaluate.Measure;
import java.util.List;
import java.util.Map;

/**
 * What evaluating one network gave.
 *
 * @param experiment what the run is one of, see {@link StageMeters#experiment}
 * @param run id of the run
 * @param network which of the run's networks, by the stage that made it: {@code dense}, {@code
 *     prune}, {@code svs}, {@code finetune}
 * @param extractor whose features the Fréchet distance is taken in
 * @param ssim to the dense network's images; NaN where it was not measured
 * @param measures all that was measured, the two above among it
 * @param settings how the network was made, under the names of {@link #SETTINGS}; a setting that
 *     had no part in it is left out
 */
public record Evaluation(
    String experiment,
    String run,
    String network,
    String extractor,
    double frechetDistance,
    double ssim,
    long parameters,
    long macs,
    double imagesPerSecond,
    List<Measure> measures,
    Map<String, String> settings) {
  /**
   * {@code criterion} and {@code ratio} of the last pruning, {@code svs}: the exponent on the
   * singular values or the initialisation, {@code steps} and {@code seed} of the last training.
   */
  public static final List<String> SETTINGS = List.of("criterion", "ratio", "svs", "steps", "seed");

  public Evaluation {
    measures = List.copyOf(measures);
    settings = Map.copyOf(settings);
  }

  /** Without further measures, of a network of which nobody knows how it was made. */
  public Evaluation(
      String experiment,
      String run,
      String network,
      String extractor,
      double frechetDistance,
      double ssim,
      long parameters,
      long macs,
      double imagesPerSecond) {
    this(
        experiment,
        run,
        network,
        extractor,
        frechetDistance,
        ssim,
        parameters,
        macs,
        imagesPerSecond,
        List.of(),
        Map.of());
  }
}
