package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workflows.RunIds;
import dev.espalier.workflows.TrainActivity;
import dev.espalier.workflows.TrainPlan;

/**
 * A training from random weights.
 *
 * @param request what {@code plan} was read from
 */
record Training(TrainPlan plan, JsonNode request) {
  String id() {
    return RunIds.training(plan);
  }

  /** Runs it and prints what came out. */
  void run(Session session, Program program, boolean json) throws InterruptedException {
    Run<TrainActivity.Result> run =
        new Run<>(
            "TrainWorkflow",
            id(),
            plan.name() + " · " + plan.finetune().steps() + " steps",
            request,
            TrainActivity.Result.class,
            Looks::training);
    TrainActivity.Result result = run.follow(session, program.terminal());
    program.terminal().print(json ? Json.pretty(result).stripTrailing() : Results.table(result));
  }
}
