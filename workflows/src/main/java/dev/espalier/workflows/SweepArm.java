package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One arm of a sweep.
 *
 * @param run id of its workflow: {@code <sweep>-<hash of the resolved plan>}; with rungs that of
 *     the last one it was started for
 * @param label what sets it apart, such as {@code prune.ratio=0.5 svs.enabled=true}
 * @param result absent unless the state is {@code DONE}, and in sweeps of more than {@link
 *     #MOST_WITH_RESULTS} arms: it lies on the shelf, {@code runs/<run>/results.json}
 * @param note why it failed, what it waits for, or on which rung it ended; absent otherwise
 * @param score the numbers it is ranked by; absent unless the state is {@code DONE}
 */
public record SweepArm(
    String run,
    String label,
    RunStatus.State state,
    @Nullable CompressionResult result,
    @Nullable String note,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Score score) {
  /** Arms whose whole results a sweep hands out itself. */
  public static final int MOST_WITH_RESULTS = 64;

  /**
   * The numbers of an arm that is done.
   *
   * @param objective what the sweep ranks by; NaN where it was not measured
   */
  public record Score(
      double objective, double frechetDistance, double ssim, long parameters, long macs) {
    static Score of(CompressionResult result, Objective objective) {
      EvaluateActivity.Result measured = result.finetuned();
      return new Score(
          objective.of(result),
          measured.frechetDistance(),
          measured.ssim(),
          measured.parameters(),
          measured.macs());
    }
  }
}
