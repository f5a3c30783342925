package dev.espalier.compression.finetune;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.InvalidInput;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which checkpoints of a training stay when there are newer ones: any that one of the three rules
 * names.
 *
 * @param last so many of the newest, 1 to 1000; absent: 2. One leaves nothing to fall back on
 * @param best so many of those with the lowest validation loss, 0 to 1000; absent: 0
 * @param every those of steps that are multiples of this, for ever; 0, which is left out of JSON:
 *     none
 */
public record KeepPolicy(
    int last,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int best,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int every) {
  /** The last two. */
  public static final KeepPolicy DEFAULT = new KeepPolicy(2, 0, 0);

  private static final int MOST = 1_000;

  public KeepPolicy {
    range("last", last, 1, MOST);
    range("best", best, 0, MOST);
    range("every", every, 0, 10_000_000);
  }

  @JsonCreator
  static KeepPolicy of(@Nullable Integer last, @Nullable Integer best, @Nullable Integer every) {
    return new KeepPolicy(
        last == null ? DEFAULT.last : last,
        best == null ? DEFAULT.best : best,
        every == null ? DEFAULT.every : every);
  }

  /**
   * Those of {@code checkpoints} that stay, in their order.
   *
   * @param checkpoints newest first
   * @param step of a checkpoint
   * @param metric lower is better, NaN where none was taken; only asked for if {@code best} counts
   */
  public <C> List<C> kept(List<C> checkpoints, ToIntFunction<C> step, ToDoubleFunction<C> metric) {
    Set<C> kept = new HashSet<>(checkpoints.subList(0, Math.min(last, checkpoints.size())));
    checkpoints.stream()
        .filter(c -> every > 0 && step.applyAsInt(c) % every == 0)
        .forEach(kept::add);
    if (best > 0) {
      checkpoints.stream()
          .filter(c -> !Double.isNaN(metric.applyAsDouble(c)))
          .sorted(Comparator.comparingDouble(metric))
          .limit(best)
          .forEach(kept::add);
    }
    return checkpoints.stream().filter(kept::contains).toList();
  }

  private static void range(String field, int value, int low, int high) {
    InvalidInput.require(
        value >= low && value <= high,
        "finetune.keep.%s is %d; legal are %d to %d",
        field,
        value,
        low,
        high);
  }
}
