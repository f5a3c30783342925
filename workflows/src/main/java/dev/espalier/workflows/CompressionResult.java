package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
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

  /** How many stages there are in it; the report is none. */
  int stages() {
    return reused().size();
  }

  /** How many of them lay on the shelf already. */
  int reusedStages() {
    return (int) reused().stream().filter(found -> found).count();
  }

  private List<Boolean> reused() {
    List<Boolean> reused =
        new ArrayList<>(
            List.of(dense.reused(), prune.reused(), pruned.reused(), finetuned.reused()));
    if (svs != null) reused.add(svs.reused());
    if (finetune != null) reused.add(finetune.reused());
    for (Turn turn : earlier()) {
      reused.add(turn.prune().reused());
      reused.add(turn.finetune().reused());
    }
    return reused;
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
