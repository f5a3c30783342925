package dev.espalier.compression.prune;

import static dev.espalier.compression.InvalidInput.require;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a network is pruned. The fields from {@code compat} on are null where they say the default,
 * however they were written, so that the same work has the same key on the shelf.
 *
 * @param criterion what a channel is scored by, a name in {@link Importances}
 * @param ratio share of the channels to remove, 0 ≤ ratio &lt; 1: of every group, rounded by the
 *     width rule, or of all groups together ({@code scope})
 * @param threshold Diff-Pruning's T: timesteps count until the loss falls below T times the largest
 *     loss so far; 0 takes all of them
 * @param calibrationImages images in the one batch whose statistics are accumulated
 * @param timestepStride every how many timesteps one is taken; 1 is the paper's
 * @param seed for the calibration batch, its noise, and the criterion {@code random}
 * @param compat whose choice of channels is followed, a label of {@link Compat}; absent: {@code
 *     paper}
 * @param scope {@code group}: the ratio holds in every group; {@code global}: one ranking over all
 *     groups ({@link GlobalRanking}); absent: {@code group}
 * @param floor least share of a group's channels that stays, 0 to 1; absent: 0
 * @param floors the same for the groups that lie in certain layers, by key prefix such as {@code
 *     mid_block}: the largest share that applies to a group holds; absent: none
 * @param roundTo what widths shall be multiples of, by keeping more; absent: 1
 * @param rounds in how many cuts, with the ratio growing in equal steps and everything measured and
 *     scored anew before each; absent: 1
 * @param timestepWeights how much each timestep counts, a name in {@link TimestepWeights}; absent:
 *     {@code uniform}
 * @param timesteps so many of the schedule's first timesteps may count at most, whatever the
 *     threshold; absent: all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PruneConfig(
    String criterion,
    double ratio,
    double threshold,
    int calibrationImages,
    int timestepStride,
    long seed,
    @Nullable String compat,
    @Nullable String scope,
    @Nullable Double floor,
    @Nullable Map<String, Double> floors,
    @Nullable Integer roundTo,
    @Nullable Integer rounds,
    @Nullable String timestepWeights,
    @Nullable Integer timesteps) {
  private static final String GROUP = "group";
  private static final String GLOBAL = "global";
  private static final int MOST_ROUNDS = 100;
  private static final int LARGEST_MULTIPLE = 1024;

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

    compat = otherThan(Compat.PAPER.label(), compat);
    scope = otherThan(GROUP, scope);
    floor = otherThan(0.0, floor);
    floors = otherThan(Map.of(), floors);
    roundTo = otherThan(1, roundTo);
    rounds = otherThan(1, rounds);
    timestepWeights = otherThan(TimestepWeights.UNIFORM, timestepWeights);

    if (compat != null) Compat.of(compat);
    require(
        scope == null || scope.equals(GLOBAL), "prune.scope is '%s'; legal: group, global", scope);
    require(
        scope == null || compat == null,
        "prune.scope is global with prune.compat %s; a compat variant other than paper goes with"
            + " scope group only",
        compat);
    if (floor != null) requireShare("prune.floor", floor);
    if (floors != null) {
      floors = Collections.unmodifiableMap(new TreeMap<>(floors));
      floors.forEach((prefix, share) -> requireShare("prune.floors." + prefix, share));
    }
    require(
        roundTo == null || (roundTo >= 1 && roundTo <= LARGEST_MULTIPLE),
        "prune.roundTo is %d; legal: 1 to %d",
        roundTo,
        LARGEST_MULTIPLE);
    require(
        rounds == null || (rounds >= 1 && rounds <= MOST_ROUNDS),
        "prune.rounds is %d; legal: 1 to %d",
        rounds,
        MOST_ROUNDS);
    require(
        timesteps == null || (timesteps >= 1 && timesteps <= 1000),
        "prune.timesteps is %d; legal: 1 to 1000",
        timesteps);
    if (timestepWeights != null) {
      TimestepWeights.of(timestepWeights, 1);
      require(
          !Importances.statistics(criterion).isEmpty(),
          "prune.timestepWeights is '%s', but criterion '%s' is not measured over timesteps",
          timestepWeights,
          criterion);
    }
  }

  /** With the default of every field from {@code compat} on. */
  public PruneConfig(
      String criterion,
      double ratio,
      double threshold,
      int calibrationImages,
      int timestepStride,
      long seed) {
    this(
        criterion,
        ratio,
        threshold,
        calibrationImages,
        timestepStride,
        seed,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** From JSON, where every field may be absent. */
  @JsonCreator
  public static PruneConfig of(
      @JsonProperty("criterion") @Nullable String criterion,
      @JsonProperty("ratio") @Nullable Double ratio,
      @JsonProperty("threshold") @Nullable Double threshold,
      @JsonProperty("calibrationImages") @Nullable Integer calibrationImages,
      @JsonProperty("timestepStride") @Nullable Integer timestepStride,
      @JsonProperty("seed") @Nullable Long seed,
      @JsonProperty("compat") @Nullable String compat,
      @JsonProperty("scope") @Nullable String scope,
      @JsonProperty("floor") @Nullable Double floor,
      @JsonProperty("floors") @Nullable Map<String, Double> floors,
      @JsonProperty("roundTo") @Nullable Integer roundTo,
      @JsonProperty("rounds") @Nullable Integer rounds,
      @JsonProperty("timestepWeights") @Nullable String timestepWeights,
      @JsonProperty("timesteps") @Nullable Integer timesteps) {
    return new PruneConfig(
        Objects.requireNonNullElse(criterion, "diff-pruning"),
        Objects.requireNonNullElse(ratio, 0.5),
        Objects.requireNonNullElse(threshold, 0.05),
        Objects.requireNonNullElse(calibrationImages, 64),
        Objects.requireNonNullElse(timestepStride, 1),
        Objects.requireNonNullElse(seed, 0L),
        compat,
        scope,
        floor,
        floors,
        roundTo,
        rounds,
        timestepWeights,
        timesteps);
  }

  /** With all timesteps. */
  public static PruneConfig of(
      @Nullable String criterion,
      @Nullable Double ratio,
      @Nullable Double threshold,
      @Nullable Integer calibrationImages,
      @Nullable Integer timestepStride,
      @Nullable Long seed,
      @Nullable String compat,
      @Nullable String scope,
      @Nullable Double floor,
      @Nullable Map<String, Double> floors,
      @Nullable Integer roundTo,
      @Nullable Integer rounds,
      @Nullable String timestepWeights) {
    return of(
        criterion,
        ratio,
        threshold,
        calibrationImages,
        timestepStride,
        seed,
        compat,
        scope,
        floor,
        floors,
        roundTo,
        rounds,
        timestepWeights,
        null);
  }

  /** With the default of every field from {@code compat} on. */
  public static PruneConfig of(
      @Nullable String criterion,
      @Nullable Double ratio,
      @Nullable Double threshold,
      @Nullable Integer calibrationImages,
      @Nullable Integer timestepStride,
      @Nullable Long seed) {
    return of(
        criterion,
        ratio,
        threshold,
        calibrationImages,
        timestepStride,
        seed,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** How many of a schedule's first {@code steps} timesteps may count. */
  int window(int steps) {
    return timesteps == null ? steps : Math.min(steps, timesteps);
  }

  /** All defaults. */
  public static PruneConfig defaults() {
    return of(null, null, null, null, null, null);
  }

  /** The same at another ratio, in one round. */
  public PruneConfig once(double newRatio) {
    return new PruneConfig(
        criterion,
        newRatio,
        threshold,
        calibrationImages,
        timestepStride,
        seed,
        compat,
        scope,
        floor,
        floors,
        roundTo,
        null,
        timestepWeights,
        timesteps);
  }

  /** {@link #compat}, resolved. */
  public Compat compatibility() {
    return compat == null ? Compat.PAPER : Compat.of(compat);
  }

  /** Whether {@link #scope} is global. */
  @JsonIgnore
  public boolean isGlobal() {
    return scope != null;
  }

  /** {@link #rounds}, resolved. */
  public int cuts() {
    return rounds == null ? 1 : rounds;
  }

  /** {@link #timestepWeights}, resolved. */
  public String timestepWeighting() {
    return timestepWeights == null ? TimestepWeights.UNIFORM : timestepWeights;
  }

  /** The criterion as {@link #compatibility} defines it. */
  public Importance importance() {
    return compatibility().own(criterion).orElseGet(() -> Importances.of(criterion, seed));
  }

  /** {@link #floor}, {@link #floors} and {@link #roundTo}, resolved. */
  public WidthLimits limits() {
    return new WidthLimits(
        floor == null ? 0 : floor,
        floors == null ? Map.of() : floors,
        roundTo == null ? 1 : roundTo);
  }

  /** The width rule of {@link #compatibility} within the {@link #limits}. */
  public WidthRule widths() {
    WidthRule rule = compatibility().widths();
    WidthLimits limits = limits();
    return (group, wanted) -> limits.apply(group, rule.kept(group, wanted));
  }

  private static <T> @Nullable T otherThan(T usual, @Nullable T value) {
    return usual.equals(value) ? null : value;
  }

  private static void requireShare(String field, @Nullable Double share) {
    require(share != null && share >= 0 && share <= 1, "%s is %s; legal: 0 to 1", field, share);
  }
}
