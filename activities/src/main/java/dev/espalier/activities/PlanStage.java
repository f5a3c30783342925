package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Network;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.PlanActivity;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.Recipes;
import dev.espalier.workflows.SweepPlan;
import java.util.ArrayList;
import java.util.List;

/** Completes a request and looks whether all it names is there, before any work starts. */
public final class PlanStage implements PlanActivity {
  /** Of a sweep, that one call looks at. */
  private static final int MOST_POINTS = 500;

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
    return bench.attend("plan", () -> ids(SweepPlan.of(request.sweep()), request.from()));
  }

  private ArmIds ids(SweepPlan sweep, int from) {
    List<SweepPlan.Point> points = sweep.points();
    List<List<String>> ids = new ArrayList<>();
    for (var point : points.subList(from, Math.min(points.size(), from + MOST_POINTS))) {
      try {
        ids.add(ids(sweep, point));
      } catch (InvalidInput e) {
        throw new InvalidInput("arm " + point.label() + ": " + e.getMessage(), e);
      }
    }
    return new ArmIds(ids);
  }

  private List<String> ids(SweepPlan sweep, SweepPlan.Point point) {
    String data = sweep.checked(resolved(sweep.atRung(point.request(), 0))).data();
    List<String> ids = new ArrayList<>();
    for (int rung = 0; rung < sweep.rungCount(); rung++) {
      CompressionPlan plan = PlanRequest.resolve(sweep.atRung(point.request(), rung), recipes);
      ids.add(plan.withData(data).fingerprint());
    }
    return ids;
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
