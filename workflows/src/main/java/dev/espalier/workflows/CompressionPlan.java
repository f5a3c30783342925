package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SvsConfig;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One complete compression of one network: every setting has its value. What a person writes may be
 * far shorter; {@link PlanRequest} fills it in.
 *
 * @param recipe the recipe it was made from, for the record only
 * @param network the dense network, by name or by prefix on the shelf
 * @param data the images it is calibrated, finetuned and compared with: a name of {@code
 *     datasets/README.md}, {@code folder:PATH} or {@code npz:PATH}
 * @param seed what the stages' seeds were set to where they named none, for the record only
 * @param published what is reported elsewhere of the same work, to be shown beside it
 * @param iterate prune and finetune in turns; absent: once
 */
public record CompressionPlan(
    @Nullable String recipe,
    String network,
    String data,
    PruneConfig prune,
    SvsConfig svs,
    FinetuneConfig finetune,
    EvaluateConfig evaluate,
    @Nullable Long seed,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Published published,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Iteration iterate) {

  public CompressionPlan {
    present("network", network);
    present("data", data);
    present("prune", prune);
    present("svs", svs);
    present("finetune", finetune);
    present("evaluate", evaluate);
    InvalidInput.require(
        network.matches(Artifact.LEGAL),
        "network is '%s'; legal is a name such as fashion-ddpm or a prefix such as stages/train/…",
        network);
    if (iterate != null && iterate.rounds() == 1) iterate = null;
    InvalidInput.require(
        iterate == null || prune.cuts() == 1,
        "prune.rounds is %d and iterate.rounds is given too; legal is one of them above 1",
        prune.cuts());
  }

  /** The same plan on other images. */
  public CompressionPlan withData(String name) {
    return new CompressionPlan(
        recipe, network, name, prune, svs, finetune, evaluate, seed, published, iterate);
  }

  /**
   * The same plan with a longer last finetune; those of earlier turns stay as they are.
   *
   * @throws InvalidInput if it would be too long, or nothing is trained
   */
  public CompressionPlan extended(Extension more) {
    InvalidInput.require(finetunes(), "finetune.steps is 0; this plan trains nothing");
    Iteration turns =
        iterate == null || iterate.finetuneSteps() != null
            ? iterate
            : new Iteration(iterate.rounds(), finetune.steps());
    return new CompressionPlan(
        recipe, network, data, prune, svs, more.of(finetune), evaluate, seed, published, turns);
  }

  /** Whether pruned weights are trained at all; without, they are measured as they are. */
  public boolean finetunes() {
    return finetune.steps() > 0;
  }

  /** The dense network's place on the shelf. */
  public Artifact dense() {
    return Artifact.network(network);
  }

  /**
   * Twelve hex digits that two plans share exactly if they ask for the same work, whatever recipe
   * or words they were written with.
   */
  public String fingerprint() {
    CompressionPlan work =
        new CompressionPlan(
            null, network, data, prune, svs, finetune, evaluate, null, null, iterate);
    return RunIds.digest(Json.write(Json.MAPPER.convertValue(work, TreeMap.class)));
  }

  private static void present(String field, @Nullable Object value) {
    InvalidInput.require(value != null, "%s is missing", field);
  }
}
