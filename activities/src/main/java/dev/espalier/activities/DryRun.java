package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionOrder;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.Recipes;
import dev.espalier.workflows.SvsActivity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Asks the stages what they would do: the keys of their results, and which of them lie on the shelf
 * already. Nothing is computed and nothing is put on the shelf; bad input is refused as the run
 * itself would.
 */
public final class DryRun {
  private final Workbench bench;
  private final Recipes recipes;

  public DryRun(Workbench bench, Recipes recipes) {
    this.bench = bench.dry(new NobodyHost());
    this.recipes = recipes;
  }

  /**
   * One step of a run.
   *
   * @param name as the run shows it, such as {@code evaluate dense}
   * @param stage whose result it is
   * @param result where that lies or will lie
   * @param reused whether it lies there already
   * @param request what the stage is asked
   * @param timesteps whose gradients entered a pruning that is there; 0 otherwise
   */
  public record Step(
      String name, String stage, Artifact result, boolean reused, Object request, int timesteps) {
    /** The last part of where the result lies. */
    public String key() {
      return result.key().substring(result.key().lastIndexOf('/') + 1);
    }
  }

  /**
   * A whole run.
   *
   * @param plan complete, its data resolved
   * @param steps in order
   */
  public record Outcome(CompressionPlan plan, List<Step> steps) {
    public Outcome {
      steps = List.copyOf(steps);
    }
  }

  /** Without heartbeats and without writing: what the probe and the sizes are taken from. */
  Workbench bench() {
    return bench;
  }

  /**
   * Asks all stages of a plan.
   *
   * @param request as a run takes it
   * @throws dev.espalier.compression.InvalidInput as the run would
   */
  public Outcome of(JsonNode request) {
    CompressionPlan plan = new PlanStage(bench, recipes).resolve(request);
    Asking asking = new Asking();
    new CompressionOrder("dry-run", asking).compress(plan);
    return new Outcome(plan, asking.steps);
  }

  private final class Asking implements CompressionOrder.Stages {
    private final List<Step> steps = new ArrayList<>();

    @Override
    public PruneActivity.Result prune(String step, PruneActivity.Request request) {
      return ask(
          step,
          "prune",
          request,
          request.network(),
          () -> new PruneStage(bench).prune(request),
          network -> new PruneActivity.Result(network, 0, 0, 0, 0, 0, false, 0));
    }

    @Override
    public SvsActivity.Result svs(String step, SvsActivity.Request request) {
      return ask(
          step,
          "svs",
          request,
          request.network(),
          () -> new SvsStage(bench).svs(request),
          network -> new SvsActivity.Result(network, 0, 0, false, 0));
    }

    @Override
    public FinetuneActivity.Result finetune(String step, FinetuneActivity.Request request) {
      return ask(
          step,
          "finetune",
          request,
          request.network(),
          () -> new FinetuneStage(bench).finetune(request),
          network -> new FinetuneActivity.Result(network, 0, 0, 0, 0, false, 0));
    }

    @Override
    public EvaluateActivity.Result evaluate(String step, EvaluateActivity.Request request) {
      return ask(
          step,
          "evaluate",
          request,
          request.network(),
          () -> new EvaluateStage(bench).evaluate(request),
          evaluation -> new EvaluateActivity.Result(evaluation, 0, "", 0, 0, 0, 0, false, 0));
    }

    private <R> R ask(
        String step,
        String stage,
        Object request,
        Artifact input,
        Supplier<R> call,
        Function<Artifact, R> unmade) {
      try {
        R found = call.get();
        bench.networks().fulfil(result(found).key());
        steps.add(new Step(step, stage, result(found), true, request, timesteps(found)));
        return found;
      } catch (NobodyHost.NotMade e) {
        promise(e.prefix(), input);
        Artifact coming = new Artifact(e.prefix());
        steps.add(new Step(step, stage, coming, false, request, 0));
        return unmade.apply(coming);
      }
    }

    private void promise(String prefix, Artifact like) {
      try {
        bench.networks().promise(prefix, like);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Artifact result(Object found) {
    if (found instanceof PruneActivity.Result prune) return prune.network();
    if (found instanceof SvsActivity.Result svs) return svs.network();
    if (found instanceof FinetuneActivity.Result finetune) return finetune.network();
    if (found instanceof EvaluateActivity.Result evaluate) return evaluate.evaluation();
    throw new IllegalArgumentException(String.valueOf(found));
  }

  private static int timesteps(Object found) {
    return found instanceof PruneActivity.Result prune ? prune.timestepsUsed() : 0;
  }
}
