package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workflows.TrainActivity;
import dev.espalier.workflows.TrainPlan;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "train",
    description = {
      "Train a network from random weights.",
      "",
      "FILE holds the network's config.json and how it is trained:",
      "  {\"name\": \"mine\", \"network\": {\"_class_name\": \"UNet2DModel\", ...},",
      "   \"data\": \"fashion-mnist\", \"finetune\": {\"steps\": 20000}}",
      ""
    })
final class TrainCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "FILE",
      description = "A JSON file, a recipe's name, a JSON object, or - for standard input.")
  String file = "";

  @Mixin WorkOptions options = new WorkOptions();

  TrainCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    JsonNode request = Request.read(file, program);
    TrainPlan plan = TrainPlan.of(request);
    Run<TrainActivity.Result> run =
        new Run<>(
            "TrainWorkflow",
            RunIds.training(plan),
            plan.name() + " · " + plan.finetune().steps() + " steps",
            request,
            TrainActivity.Result.class,
            Looks::training);
    try (Session session = options.open(program)) {
      TrainActivity.Result result = run.follow(session, program.terminal());
      program
          .terminal()
          .print(options.json ? Json.pretty(result).stripTrailing() : Results.table(result));
    }
    return 0;
  }
}
