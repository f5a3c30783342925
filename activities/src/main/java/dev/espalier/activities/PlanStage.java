package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.PlanActivity;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.Recipes;

/** Completes a request and looks whether all it names is there, before any work starts. */
public final class PlanStage implements PlanActivity {
  private final Workbench bench;
  private final Recipes recipes;

  public PlanStage(Workbench bench, Recipes recipes) {
    this.bench = bench;
    this.recipes = recipes;
  }

  @Override
  public CompressionPlan resolve(JsonNode request) {
    CompressionPlan plan = PlanRequest.resolve(request, recipes);
    String data = bench.datasets().resolve(plan.data());
    bench.networks().get(plan.dense());
    bench.networks().get(Artifact.network(plan.evaluate().extractor()));
    return new CompressionPlan(
        plan.recipe(),
        plan.network(),
        data,
        plan.prune(),
        plan.svs(),
        plan.finetune(),
        plan.evaluate(),
        plan.seed());
  }
}
