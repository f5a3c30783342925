package dev.espalier.compression.prune;

import static dev.espalier.compression.InvalidInput.require;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a network is pruned.
 *
 * @param criterion what a channel is scored by, a name in {@link Importances}
 * @param ratio share of the channels of every group to remove, 0 ≤ ratio &lt; 1; the width rule
 *     rounds it
 * @param threshold Diff-Pruning's T: timesteps count until the loss falls below T times the largest
 *     loss so far; 0 takes all of them
 * @param calibrationImages images in the one batch whose gradients are accumulated
 * @param timestepStride every how many timesteps one is taken; 1 is the paper's
 * @param seed for the calibration batch, its noise, and the criterion {@code random}
 */
public record PruneConfig(
    String criterion,
    double ratio,
    double threshold,
    int calibrationImages,
    int timestepStride,
    long seed) {
  public PruneConfig {
    require(
        Importances.names().contains(criterion),
        "prune.criterion is '%s'; legal: %s",
        criterion,
        String.join(", ", Importances.names()));
    require(ratio >= 0 && ratio < 1, "prune.ratio is %s; legal: 0 <= ratio < 1", ratio);
    require(
        threshold >= 0 && threshold <= 1,
        "prune.threshold is %s; legal: 0 <= threshold <= 1",
        threshold);
    require(
        calibrationImages >= 1,
        "prune.calibrationImages is %d; legal: 1 or more",
        calibrationImages);
    require(
        timestepStride >= 1 && timestepStride <= 1000,
        "prune.timestepStride is %d; legal: 1 to 1000",
        timestepStride);
  }

  /** From JSON, where every field may be absent. */
  @JsonCreator
  public static PruneConfig of(
      @JsonProperty("criterion") @Nullable String criterion,
      @JsonProperty("ratio") @Nullable Double ratio,
      @JsonProperty("threshold") @Nullable Double threshold,
      @JsonProperty("calibrationImages") @Nullable Integer calibrationImages,
      @JsonProperty("timestepStride") @Nullable Integer timestepStride,
      @JsonProperty("seed") @Nullable Long seed) {
    return new PruneConfig(
        Objects.requireNonNullElse(criterion, "diff-pruning"),
        Objects.requireNonNullElse(ratio, 0.5),
        Objects.requireNonNullElse(threshold, 0.05),
        Objects.requireNonNullElse(calibrationImages, 64),
        Objects.requireNonNullElse(timestepStride, 1),
        Objects.requireNonNullElse(seed, 0L));
  }

  /** All defaults. */
  public static PruneConfig defaults() {
    return of(null, null, null, null, null, null);
  }
}
