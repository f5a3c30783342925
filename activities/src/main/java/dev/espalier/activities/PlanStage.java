package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.network.Network;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.PlanActivity;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.Recipes;
import java.nio.charset.StandardCharsets;

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
    Network network = denoiser(plan.dense());
    bench.datasets().requireShape(data, network.sampleShape());
    plan.prune().limits().requireKeys(network.declaredShapes().keySet());
    requireClassifier(plan.evaluate().extractor());
    return plan.withData(data);
  }

  private Network denoiser(Artifact artifact) {
    return LoadedNetwork.architecture(bench.networks().get(artifact));
  }

  private void requireClassifier(String extractor) {
    String name =
        config(bench.networks().get(Artifact.network(extractor))).path("_class_name").asText();
    InvalidInput.require(
        name.equals(ImageClassifier.CLASS_NAME),
        "evaluate.extractor '%s' is a %s; legal: a network of class %s",
        extractor,
        name,
        ImageClassifier.CLASS_NAME);
  }

  private static JsonNode config(StoredArtifact network) {
    return Json.parse(
        new String(network.bytes(LoadedNetwork.CONFIG), StandardCharsets.UTF_8), network.prefix());
  }
}
