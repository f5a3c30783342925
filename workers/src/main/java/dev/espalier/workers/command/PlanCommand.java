package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.CostEstimate;
import dev.espalier.activities.DryRun;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.process.Stages;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.RunIds;
import dev.espalier.workflows.SweepPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "plan",
    description = {
      "Say what a run or a sweep would do, without doing it.",
      "",
      "Prints the complete plan, every stage with the key of its result and whether that lies on"
          + " the shelf already, parameters and multiply-accumulates, and an estimate of time,"
          + " memory and storage on this machine from a few timed steps. Nothing is started and"
          + " nothing is put on the shelf; what is wrong is told as the run would tell it.",
      ""
    },
    footer = {
      "",
      "Times are upper bounds where a threshold ends a calibration early. Not counted are precision"
          + " and recall, and saving.",
      "",
      "Examples:",
      "  espalier plan demo",
      "  espalier plan d1-cifar10-diff-pruning --set evaluate.extractor=inception:/my/weights.pth",
      "  espalier plan '{\"prune\": {\"ratio\": 0.7}}' --no-probe --json"
    })
final class PlanCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "PLAN",
      arity = "0..1",
      defaultValue = "{}",
      description =
          "A run or a sweep: a JSON file, a recipe's name, a JSON object, or - for standard input.")
  String plan = "{}";

  @Mixin SetOption set = new SetOption();

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--no-probe", description = "Time nothing: no estimate of time and memory.")
  boolean noProbe;

  @Option(names = "--json", description = "Print everything as JSON.")
  boolean json;

  PlanCommand(Program program) {
    this.program = program;
  }

  /** What is asked for, checked as far as the request alone goes. */
  private record Asked(String command, String run, Map<String, JsonNode> arms) {}

  @Override
  public Integer call() throws IOException {
    Asked asked = asked();
    Settings settings = program.settings(connection.work);
    WorkFolder folder = program.workFolder(settings);
    try (StoreConnection store = StoreConnection.open(settings, folder)) {
      Stages.Resources resources =
          new Stages.Resources(
              settings, folder, store.store(), program.recipes(), new SimpleMeterRegistry());
      DryRun dry = new DryRun(Stages.bench(resources), program.recipes());
      PlanReport report = report(asked, dry);
      program.terminal().print(json ? Json.pretty(report).stripTrailing() : PlanTables.of(report));
    }
    return 0;
  }

  private Asked asked() {
    JsonNode request = Request.plan(plan, program);
    JsonNode recipe = request.get("recipe");
    boolean byName = recipe != null && recipe.isTextual() && request.size() == 1;
    JsonNode whole = byName ? program.recipes().recipe(recipe.textValue()) : request;
    return switch (RequestKind.of(whole)) {
      case RUN -> {
        JsonNode one = set.over(request);
        CompressionPlan complete = PlanRequest.resolve(one, program.recipes());
        yield new Asked("run", RunIds.compression(complete), Map.of("", one));
      }
      case SWEEP -> {
        Sweep sweep = Sweep.of(set.over(whole), program);
        Map<String, JsonNode> arms = new LinkedHashMap<>();
        SweepPlan points = sweep.plan();
        int last = points.rungCount() - 1;
        points.points().forEach(p -> arms.put(p.label(), points.atRung(p.request(), last)));
        yield new Asked("sweep", RunIds.sweep(sweep.plan(), sweep.arms()), arms);
      }
      case TRAIN ->
          throw new InvalidInput(
              (byName || !plan.startsWith("{") ? "'" + plan + "'" : "this")
                  + " is a training: one stage, whose plan is what the file says; `espalier train`"
                  + " carries it out");
    };
  }

  private PlanReport report(Asked asked, DryRun dry) throws IOException {
    CostEstimate estimate = new CostEstimate(dry, !noProbe);
    List<PlanReport.Arm> arms = new ArrayList<>();
    Map<Artifact, PlanReport.Stage> stages = new LinkedHashMap<>();
    for (var arm : asked.arms().entrySet()) {
      DryRun.Outcome outcome = dry.of(arm.getValue());
      CostEstimate.Sizes sizes = estimate.sizes(outcome);
      arms.add(
          new PlanReport.Arm(
              arm.getKey(),
              outcome.plan(),
              sizes.dense(),
              sizes.pruned(),
              sizes.exact(),
              outcome.steps().stream().map(step -> step.result().key()).toList()));
      Map<Artifact, CostEstimate.Cost> costs = estimate.costs(outcome);
      for (DryRun.Step step : outcome.steps()) {
        stages.merge(
            step.result(),
            stage(step, arm.getKey(), costs.get(step.result())),
            PlanCommand::together);
      }
    }
    List<PlanReport.Stage> all = List.copyOf(stages.values());
    return new PlanReport(
        asked.command(),
        asked.run(),
        noProbe ? null : CostEstimate.environment(),
        arms,
        all,
        PlanReport.Total.of(all));
  }

  private static PlanReport.Stage stage(
      DryRun.Step step, String arm, CostEstimate.@Nullable Cost cost) {
    return new PlanReport.Stage(
        step.name(),
        step.stage(),
        step.key(),
        step.result().key(),
        step.reused(),
        List.of(arm),
        cost);
  }

  /** A stage that several arms need; it is done, and paid, once. */
  private static PlanReport.Stage together(PlanReport.Stage first, PlanReport.Stage again) {
    List<String> arms = new ArrayList<>(first.arms());
    if (!arms.containsAll(again.arms())) arms.addAll(again.arms());
    return new PlanReport.Stage(
        first.step(),
        first.stage(),
        first.key(),
        first.artifact(),
        first.reused(),
        arms,
        first.cost());
  }
}
