package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import org.jspecify.annotations.Nullable;

/**
 * Prune and finetune in turns: before turn k of n the share removed grows to ratio·k/n of the dense
 * network's channels, and all but the last turn end with a finetune. The last turn is what a plan
 * without turns is: prune, svs, finetune, evaluate.
 *
 * @param rounds turns, 1 to 50
 * @param finetuneSteps optimizer steps after each turn but the last; absent: as many as after the
 *     last, {@code finetune.steps}
 */
public record Iteration(
    int rounds, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer finetuneSteps) {
  private static final int MOST = 50;

  public Iteration {
    InvalidInput.require(
        rounds >= 1 && rounds <= MOST, "iterate.rounds is %d; legal: 1 to %d", rounds, MOST);
    InvalidInput.require(
        finetuneSteps == null || finetuneSteps >= 1,
        "iterate.finetuneSteps is %d; legal: 1 or more",
        finetuneSteps);
  }

  /** The setting of {@code turn}, counted from 1, of a pruning that ends as {@code last}. */
  PruneConfig prune(PruneConfig last, int turn) {
    return turn == rounds ? last : last.once(last.ratio() * turn / rounds);
  }

  /** How a turn that is not the last is finetuned, where the last one is as {@code last} says. */
  FinetuneConfig finetune(FinetuneConfig last) {
    return finetuneSteps == null ? last : Extension.of(last, finetuneSteps, "iterate");
  }
}
