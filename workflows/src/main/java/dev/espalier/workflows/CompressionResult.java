package dev.espalier.workflows;

import org.jspecify.annotations.Nullable;

/**
 * What one compression came to, stage by stage.
 *
 * @param run id of its workflow
 * @param plan the complete plan
 * @param dense the network before anything was done to it
 * @param pruned measured right after pruning, before any training
 * @param svs absent where the plan leaves it out
 * @param finetune absent where the plan has no steps for it
 * @param finetuned the final network, measured
 * @param report where the page about it lies; absent until it is written
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
    @Nullable String report) {

  CompressionResult withReport(String location) {
    return new CompressionResult(
        run, plan, dense, prune, pruned, svs, finetune, finetuned, location);
  }
}
