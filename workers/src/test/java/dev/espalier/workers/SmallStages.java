package dev.espalier.workers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workers.process.Stages;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PlanActivity;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.ReportActivity;
import dev.espalier.workflows.SvsActivity;
import dev.espalier.workflows.TrainActivity;
import io.temporal.failure.ApplicationFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Stages that return at once with made-up numbers; plans and reports are real objects. */
final class SmallStages {
  private SmallStages() {}

  static Stages of(Stages.Resources resources) {
    return new Stages(
        new Plans(resources),
        SmallStages::prune,
        request -> new SvsActivity.Result(stage("svs"), 5, 2.2, false, 0.1),
        request ->
            new FinetuneActivity.Result(
                stage("finetune"), request.config().steps(), 0, 0.05, 0.047, false, 0.1),
        SmallStages::evaluate,
        request -> new TrainActivity.Result(stage("train"), 7, 0, 0.1, 0.2, false, 0.1),
        request -> report(resources.store(), request));
  }

  private record Plans(Stages.Resources resources) implements PlanActivity {
    @Override
    public CompressionPlan resolve(JsonNode request) {
      CompressionPlan plan = PlanRequest.resolve(request, resources.recipes());
      InvalidInput.require(
          plan.network().equals("fashion-ddpm"), "network '%s' does not exist", plan.network());
      return plan;
    }

    @Override
    public ArmIds arms(Arms request) {
      return ArmIds.of(request, this::resolve);
    }
  }

  private static PruneActivity.Result prune(PruneActivity.Request request) {
    InvalidInput.require(request.config().seed() != 13, "network.safetensors is torn at byte 13");
    if (request.config().seed() == 14) {
      throw ApplicationFailure.newNonRetryableFailure(
          "loss is not a number at step 3", "DivergedLoss");
    }
    long left = Math.round(1_000_000 * (1 - request.config().ratio()));
    return new PruneActivity.Result(
        stage("prune"), 1_000_000, left, 9_000_000, 9 * left, 34, false, 0.1);
  }

  private static EvaluateActivity.Result evaluate(EvaluateActivity.Request request) {
    boolean dense = request.network().equals(request.dense());
    return new EvaluateActivity.Result(
        stage("evaluate"),
        dense ? 20 : 47.25,
        request.config().extractor(),
        dense ? 1 : 0.8125,
        1_000_000,
        9_000_000,
        12.5,
        false,
        0.1,
        null,
        List.of(
            new Measure("frechet-distance", 20, new Interval(18.5, 21.25), 1000, ""),
            new Measure("recall", 0.5, null, 1000, "k=5")));
  }

  private static ReportActivity.Result report(ObjectStore store, ReportActivity.Request asked) {
    ReportActivity.Request request =
        asked.runs().isEmpty()
            ? asked
            : asked.with(asked.runs().stream().map(run -> result(store, run)).toList());
    String folder = "runs/" + request.run() + "/";
    String page = "<title>" + request.results().size() + " results</title>";
    store.put(folder + "report.html", page.getBytes(StandardCharsets.UTF_8));
    String plan = Json.write(request.results().get(0).plan());
    store.put(folder + "plan.json", plan.getBytes(StandardCharsets.UTF_8));
    store.put(folder + "results.json", Json.write(request).getBytes(StandardCharsets.UTF_8));
    return new ReportActivity.Result(folder + "report.html");
  }

  /** As the arm's own report left it. */
  private static CompressionResult result(ObjectStore store, String run) {
    String key = "runs/" + run + "/results.json";
    String text = new String(store.get(key).orElseThrow().bytes(), StandardCharsets.UTF_8);
    return Json.read(text, ReportActivity.Request.class, key).results().get(0);
  }

  private static Artifact stage(String stage) {
    return new Artifact("stages/" + stage + "/0123456789abcdef0123");
  }
}
