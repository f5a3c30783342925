package dev.espalier.activities.metrics;

/**
 * What evaluating one network gave.
 *
 * @param experiment the sweep, or the run itself where there is none
 * @param run id of the run
 * @param network which of the run's networks, by the stage that made it: {@code dense}, {@code
 *     prune}, {@code svs}, {@code finetune}
 * @param extractor whose features the Fréchet distance is taken in
 * @param ssim to the dense network's images; NaN where it was not measured
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
    double imagesPerSecond) {}
