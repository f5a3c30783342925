package dev.espalier.compression.svs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.compression.InvalidInput;
import org.jspecify.annotations.Nullable;

/**
 * How the weights of a pruned network are scaled before finetuning. Absent fields take the
 * behaviour of the published code (SVS, AAAI 2025).
 *
 * @param enabled whether the stage runs; off, the weights stay as they are
 * @param scaleBias whether a bias of norm β is brought to norm β^{@code power}
 * @param resetNorm whether normalisation layers start again from weight 1 and bias 0
 * @param power exponent on the singular values: 0.5 as published, 1 changes none, 0 makes all of
 *     them 1; from 0 to 1
 */
public record SvsConfig(boolean enabled, boolean scaleBias, boolean resetNorm, double power) {
  public SvsConfig {
    InvalidInput.require(
        power >= 0 && power <= 1, "svs.power is %s; legal are 0 to 1 (published: 0.5)", power);
  }

  @JsonCreator
  static SvsConfig of(
      @JsonProperty("enabled") @Nullable Boolean enabled,
      @JsonProperty("scaleBias") @Nullable Boolean scaleBias,
      @JsonProperty("resetNorm") @Nullable Boolean resetNorm,
      @JsonProperty("power") @Nullable Double power) {
    return new SvsConfig(
        enabled == null || enabled,
        scaleBias == null || scaleBias,
        resetNorm == null || resetNorm,
        power == null ? 0.5 : power);
  }

  /** The configuration an empty JSON object stands for. */
  public static SvsConfig defaults() {
    return of(null, null, null, null);
  }
}
