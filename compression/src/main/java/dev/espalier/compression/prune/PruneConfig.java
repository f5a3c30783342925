package dev.espalier.compression.prune;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.espalier.compression.InvalidInput;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is pruned away and by which measure.
 *
 * @param criterion the importance measure by name
 * @param ratio share of channels removed from every group, 0 to 0.95
 * @param threshold Diff-Pruning's relative loss below which timesteps are left out
 * @param calibrationImages images that gradients are taken on
 * @param timestepStride every how many-th timestep is scored
 * @param seed of calibration noise and of random importance
 */
public record PruneConfig(
    String criterion,
    double ratio,
    double threshold,
    int calibrationImages,
    int timestepStride,
    long seed) {
  public PruneConfig {
    List<String> criteria = List.of("random", "magnitude", "taylor", "diff-pruning");
    InvalidInput.require(
        criteria.contains(criterion),
        "prune.criterion is '%s'; legal are %s",
        criterion,
        criteria);
    InvalidInput.require(
        ratio >= 0 && ratio <= 0.95, "prune.ratio is %s; legal are 0 to 0.95", ratio);
    InvalidInput.require(
        threshold >= 0 && threshold <= 1, "prune.threshold is %s; legal are 0 to 1", threshold);
    InvalidInput.require(
        calibrationImages >= 1,
        "prune.calibrationImages is %s; legal are 1 and more",
        calibrationImages);
    InvalidInput.require(
        timestepStride >= 1, "prune.timestepStride is %s; legal are 1 and more", timestepStride);
  }

  @JsonCreator
  static PruneConfig of(
      @Nullable String criterion,
      @Nullable Double ratio,
      @Nullable Double threshold,
      @Nullable Integer calibrationImages,
      @Nullable Integer timestepStride,
      @Nullable Long seed) {
    return new PruneConfig(
        criterion == null ? "diff-pruning" : criterion,
        ratio == null ? 0.5 : ratio,
        threshold == null ? 0.05 : threshold,
        calibrationImages == null ? 128 : calibrationImages,
        timestepStride == null ? 10 : timestepStride,
        seed == null ? 1 : seed);
  }

  /** The configuration an empty JSON object stands for. */
  public static PruneConfig defaults() {
    return of(null, null, null, null, null, null);
  }
}
