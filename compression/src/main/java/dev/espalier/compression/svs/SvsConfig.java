package dev.espalier.compression.svs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Initialisation;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the weights of a pruned network before finetuning. Absent fields take the
 * behaviour of the published code (SVS, AAAI 2025). The last two are left out of JSON where they
 * have no effect, so that plans and keys from before there were other initialisations stay.
 *
 * @param enabled whether the stage runs; off, the weights stay as they are
 * @param scaleBias whether a bias of norm β is brought to norm β^{@code power}
 * @param resetNorm whether normalisation layers start again from weight 1 and bias 0
 * @param power exponent on the singular values: 0.5 as published, 1 changes none, 0 makes all of
 *     them 1; from 0 to 1
 * @param initialisation {@code pruned}: the pruned weights, scaled; else a name in {@link
 *     Initialisation}: weights of the same shapes are drawn anew, and neither {@code power} nor
 *     {@code scaleBias} counts
 * @param seed of the draws; 1 with {@code pruned}, which draws nothing
 * @param toRgb whether StyleGAN2's projections to colours are scaled too; as published, not
 */
public record SvsConfig(
    boolean enabled,
    boolean scaleBias,
    boolean resetNorm,
    double power,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Pruned.class)
        String initialisation,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = First.class) long seed,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean toRgb) {

  /** The initialisation that keeps what pruning left. */
  public static final String PRUNED = "pruned";

  public SvsConfig {
    InvalidInput.require(
        power >= 0 && power <= 1, "svs.power is %s; legal are 0 to 1 (published: 0.5)", power);
    InvalidInput.require(
        initialisation.equals(PRUNED) || Initialisation.names().contains(initialisation),
        "svs.initialisation is '%s'; legal are %s, %s",
        initialisation,
        PRUNED,
        String.join(", ", Initialisation.names()));
    if (initialisation.equals(PRUNED)) seed = 1;
  }

  /** Scaling of the pruned weights. */
  public SvsConfig(boolean enabled, boolean scaleBias, boolean resetNorm, double power) {
    this(enabled, scaleBias, resetNorm, power, PRUNED, 1, false);
  }

  @JsonCreator
  static SvsConfig of(
      @JsonProperty("enabled") @Nullable Boolean enabled,
      @JsonProperty("scaleBias") @Nullable Boolean scaleBias,
      @JsonProperty("resetNorm") @Nullable Boolean resetNorm,
      @JsonProperty("power") @Nullable Double power,
      @JsonProperty("initialisation") @Nullable String initialisation,
      @JsonProperty("seed") @Nullable Long seed,
      @JsonProperty("toRgb") @Nullable Boolean toRgb) {
    return new SvsConfig(
        enabled == null || enabled,
        scaleBias == null || scaleBias,
        resetNorm == null || resetNorm,
        power == null ? 0.5 : power,
        initialisation == null ? PRUNED : initialisation,
        seed == null ? 1 : seed,
        toRgb != null && toRgb);
  }

  /** The configuration an empty JSON object stands for. */
  public static SvsConfig defaults() {
    return of(null, null, null, null, null, null, null);
  }

  /** Whether weights are drawn, not scaled. */
  public boolean draws() {
    return !initialisation.equals(PRUNED);
  }

  /** Equal to what JSON leaves out of {@link #initialisation}. */
  static final class Pruned {
    @Override
    public boolean equals(@Nullable Object value) {
      return PRUNED.equals(value);
    }

    @Override
    public int hashCode() {
      return PRUNED.hashCode();
    }
  }

  /** Equal to what JSON leaves out of {@link #seed}. */
  static final class First {
    @Override
    public boolean equals(@Nullable Object value) {
      return value instanceof Long seed && seed == 1;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }
}
