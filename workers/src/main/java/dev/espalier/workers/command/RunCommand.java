package dev.espalier.workers.command;

import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.PlanRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    description = {
      "Compress one network: prune, svs, finetune, evaluate.",
      "",
      "The same plan is the same run: finished stages are taken from the shelf, and an interrupted"
          + " finetune goes on from its last checkpoint.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  espalier run                                   the default plan",
      "  espalier run '{\"prune\": {\"ratio\": 0.7}}'       one field changed",
      "  espalier run plan.json --json > result.json"
    })
final class RunCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "PLAN",
      arity = "0..1",
      defaultValue = "{}",
      description = "A JSON file, a recipe's name, a JSON object, or - for standard input.")
  String plan = "{}";

  @Mixin SetOption set = new SetOption();

  @Mixin WorkOptions options = new WorkOptions();

  RunCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    CompressionPlan complete =
        PlanRequest.resolve(set.over(Request.run(plan, program)), program.recipes());
    try (Session session = options.open(program)) {
      new Compression(complete).run(session, program, options.json);
    }
    return 0;
  }
}
