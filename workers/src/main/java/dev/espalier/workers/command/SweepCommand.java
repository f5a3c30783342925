package dev.espalier.workers.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "sweep",
    description = {
      "Run many plans and rank what comes out.",
      "",
      "FILE holds what all arms share and the values that are varied:",
      "  {\"name\": \"ratios\", \"plan\": {}, \"parallel\": 2,",
      "   \"axes\": {\"prune.ratio\": [0.5, 0.7], \"svs.enabled\": [false, true]}}",
      "Points can also be drawn (\"search\": {\"sampler\": \"tpe\", \"trials\": 40}), repeated"
          + " (\"replicates\": 3) and raced (\"rungs\": {\"steps\": [100, 300, 900]}): docs/sweeps.md.",
      ""
    })
final class SweepCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "FILE",
      description = "A JSON file, a recipe's name, a JSON object, or - for standard input.")
  String file = "";

  @Mixin SetOption set = new SetOption();

  @Mixin WorkOptions options = new WorkOptions();

  SweepCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    return Sweep.of(set.over(Request.read(file, program)), program).run(options, program);
  }
}
