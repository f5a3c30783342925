package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.network.Network;
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
    return bench.attend("plan", () -> resolved(request));
  }

  @Override
  public ArmIds arms(Arms request) {
    return bench.attend("plan", () -> ArmIds.of(request, this::resolved));
  }

  private CompressionPlan resolved(JsonNode request) {
    CompressionPlan plan = PlanRequest.resolve(request, recipes);
    String data = bench.datasets().resolve(plan.data());
    Network network = denoiser(plan.dense());
    bench.datasets().requireShape(data, network.sampleShape());
    plan.prune().limits().requireKeys(network.declaredShapes().keySet());
    NamedExtractor.of(bench, plan.evaluate().extractor())
        .check(plan.evaluate(), network.sampleShape());
    return plan.withData(data);
  }

  private Network denoiser(Artifact artifact) {
    return LoadedNetwork.architecture(bench.networks().get(artifact));
  }
}
