package dev.espalier.workflows;

import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The stages of a compression in their order, whoever carries them out: the workflow does, and a
 * dry run asks what would be.
 *
 * @param run id of the run, handed to every stage
 */
public record CompressionOrder(String run, Stages stages) {
  static final String DENSE = "evaluate dense";
  static final String PRUNE = "prune";
  static final String PRUNED = "evaluate pruned";
  static final String SVS = "svs";
  static final String FINETUNE = "finetune";
  static final String EVALUATE = "evaluate";

  /** Carries out one stage each; {@code step} is what a person reads, unique in a run. */
  public interface Stages {
    PruneActivity.Result prune(String step, PruneActivity.Request request);

    SvsActivity.Result svs(String step, SvsActivity.Request request);

    FinetuneActivity.Result finetune(String step, FinetuneActivity.Request request);

    EvaluateActivity.Result evaluate(String step, EvaluateActivity.Request request);
  }

  /** All stages of a plan; the report comes after them. */
  public CompressionResult compress(CompressionPlan plan) {
    EvaluateActivity.Result dense = evaluate(DENSE, plan, plan.dense());
    List<CompressionResult.Turn> turns = turns(plan);
    PruneActivity.Result prune = prune(PRUNE, plan, turns, plan.prune());
    EvaluateActivity.Result pruned = evaluate(PRUNED, plan, prune.network());
    SvsActivity.Result svs = plan.svs().enabled() ? svs(plan, prune.network()) : null;
    Artifact refined = svs == null ? prune.network() : svs.network();
    FinetuneActivity.Result finetune =
        plan.finetunes() ? finetune(FINETUNE, plan, refined, plan.finetune()) : null;
    EvaluateActivity.Result finetuned =
        evaluate(EVALUATE, plan, finetune == null ? refined : finetune.network());
    return new CompressionResult(
        run, plan, dense, prune, pruned, svs, finetune, finetuned, /* report= */ null, turns);
  }

  /** All turns but the last; none where the plan has no {@link Iteration}. */
  private List<CompressionResult.Turn> turns(CompressionPlan plan) {
    List<CompressionResult.Turn> turns = new ArrayList<>();
    Iteration iterate = plan.iterate();
    if (iterate == null) return turns;
    for (int turn = 1; turn < iterate.rounds(); turn++) {
      PruneActivity.Result pruned =
          prune(turn(PRUNE, turn), plan, turns, iterate.prune(plan.prune(), turn));
      FinetuneActivity.Result tuned =
          finetune(turn(FINETUNE, turn), plan, pruned.network(), iterate.finetune(plan.finetune()));
      turns.add(new CompressionResult.Turn(pruned, tuned));
    }
    return turns;
  }

  /** What a step of a turn that is not the last is called. */
  static String turn(String step, int turn) {
    return step + " " + turn;
  }

  /** Prunes the dense network, or what the turn before left of it. */
  private PruneActivity.Result prune(
      String step, CompressionPlan plan, List<CompressionResult.Turn> before, PruneConfig config) {
    PruneActivity.Request request =
        before.isEmpty()
            ? new PruneActivity.Request(run, plan.dense(), plan.data(), config)
            : new PruneActivity.Request(
                run,
                before.get(before.size() - 1).finetune().network(),
                plan.data(),
                config,
                plan.dense());
    return stages.prune(step, request);
  }

  private SvsActivity.Result svs(CompressionPlan plan, Artifact network) {
    return stages.svs(SVS, new SvsActivity.Request(run, network, plan.svs()));
  }

  private FinetuneActivity.Result finetune(
      String step, CompressionPlan plan, Artifact network, FinetuneConfig config) {
    Artifact teacher = config.distillation() > 0 ? plan.dense() : null;
    return stages.finetune(
        step, new FinetuneActivity.Request(run, network, plan.data(), config, teacher));
  }

  private EvaluateActivity.Result evaluate(String step, CompressionPlan plan, Artifact network) {
    return stages.evaluate(
        step,
        new EvaluateActivity.Request(run, network, plan.dense(), plan.data(), plan.evaluate()));
  }
}
