package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one compression came to, stage by stage.
 *
 * @param run id of its workflow
 * @param plan the complete plan
 * @param dense the network before anything was done to it
 * @param prune the last one, where there were several turns
 * @param pruned measured right after pruning, before any training
 * @param svs absent where the plan leaves it out
 * @param finetune absent where the plan has no steps for it
 * @param finetuned the final network, measured
 * @param report where the page about it lies; absent until it is written
 * @param turns what came before the last pruning, where the plan says {@link Iteration}; absent
 *     otherwise
 */
public record CompressionResult(
    String run,
    CompressionPlan plan,
    EvaluateActivity.Result dense,
    PruneActivity.Result prune,
    EvaluateActivity.Result pruned,
    SvsActivity.@Nullable Result svs,
    FinetuneActivity.@Nullable Result finetune,
    EvaluateActivity.Result finetuned,
    @Nullable String report,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<Turn> turns) {

  /** One pruning and the finetune after it. */
  public record Turn(PruneActivity.Result prune, FinetuneActivity.Result finetune) {}

  /** {@link #turns}, or none. */
  public List<Turn> earlier() {
    return turns == null ? List.of() : turns;
  }

  CompressionResult withPlan(CompressionPlan other) {
    return new CompressionResult(
        run, other, dense, prune, pruned, svs, finetune, finetuned, report, turns);
  }

  CompressionResult withReport(String location) {
    return new CompressionResult(
        run, plan, dense, prune, pruned, svs, finetune, finetuned, location, turns);
  }
}
