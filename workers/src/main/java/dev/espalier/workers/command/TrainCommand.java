package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
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
    Training training = new Training(TrainPlan.of(request), request);
    try (Session session = options.open(program)) {
      training.run(session, program, options.json);
    }
    return 0;
  }
}
