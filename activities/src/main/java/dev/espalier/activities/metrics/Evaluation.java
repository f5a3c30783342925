package dev.espalier.activities.metrics;

import dev.espalier.compression.evaluate.Measure;
import java.util.List;

/**
 * What evaluating one network gave.
 *
 * @param experiment the sweep, or the run itself where there is none
 * @param run id of the run
 * @param network which of the run's networks, by the stage that made it: {@code dense}, {@code
 *     prune}, {@code svs}, {@code finetune}
 * @param extractor whose features the Fréchet distance is taken in
 * @param ssim to the dense network's images; NaN where it was not measured
 * @param measures all that was measured, the two above among it
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
    List<Measure> measures) {
  public Evaluation {
    measures = List.copyOf(measures);
  }

  /** Without further measures. */
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
        List.of());
  }
}
