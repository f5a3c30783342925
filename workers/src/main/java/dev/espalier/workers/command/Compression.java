package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.RunIds;

/** A compression whose plan is complete. */
record Compression(CompressionPlan plan) {
  String id() {
    return RunIds.compression(plan);
  }

  /** Runs it and prints what came out. */
  void run(Session session, Program program, boolean json) throws Exception {
    Run<CompressionResult> run =
        new Run<>(
            "CompressionWorkflow",
            id(),
            plan.network() + " · " + plan.prune().criterion(),
            Json.MAPPER.valueToTree(plan),
            CompressionResult.class,
            Looks::compression);
    CompressionResult result = run.follow(session, program.terminal());
    if (json) {
      program.terminal().print(Json.pretty(result).stripTrailing());
    } else {
      program.terminal().print(Results.table(result));
      Reports.announce(session, program.terminal(), result.run(), result.report());
    }
  }
}
