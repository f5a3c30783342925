package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.RunIds;
import dev.espalier.workflows.RunStatus.State;
import dev.espalier.workflows.SweepPlan;
import dev.espalier.workflows.SweepResult;
import java.util.ArrayList;
import java.util.List;

/** A sweep whose every arm has been checked before anything is started. */
record Sweep(JsonNode request, SweepPlan plan, List<CompressionPlan> arms) {
  /**
   * @throws InvalidInput naming the arm, the field and what is legal
   */
  static Sweep of(JsonNode request, Program program) {
    SweepPlan plan = SweepPlan.of(request);
    List<CompressionPlan> arms = new ArrayList<>();
    for (SweepPlan.Point point : plan.points()) {
      try {
        JsonNode whole = plan.atRung(point.request(), plan.rungCount() - 1);
        arms.add(plan.checked(PlanRequest.resolve(whole, program.recipes())));
      } catch (InvalidInput e) {
        throw new InvalidInput("arm " + point.label() + ": " + e.getMessage(), e);
      }
    }
    return new Sweep(request, plan, arms);
  }

  private String summary() {
    return plan.search().learns()
        ? plan.search().trials() + " arms, found by " + plan.search().sampler()
        : arms.size() + " arms";
  }

  /** Runs it and prints what came out; 1 if any arm failed. */
  int run(WorkOptions options, Program program) throws Exception {
    Run<SweepResult> run =
        new Run<>(
            "SweepWorkflow",
            RunIds.sweep(plan, arms),
            summary(),
            request,
            SweepResult.class,
            Looks::sweep);
    try (Session session = options.open(program)) {
      SweepResult result = run.follow(session, program.terminal());
      if (options.json) {
        program.terminal().print(Json.pretty(result).stripTrailing());
      } else {
        program.terminal().print(Results.table(result));
        Reports.announce(session, program.terminal(), run.id(), result.report());
      }
      boolean failed =
          result.progress() == null
              ? result.arms().stream().anyMatch(arm -> arm.state() == State.FAILED)
              : result.progress().failed() > 0;
      return failed ? 1 : 0;
    }
  }
}
