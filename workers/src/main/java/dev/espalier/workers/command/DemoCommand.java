package dev.espalier.workers.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "demo",
    description = {
      "Run one real experiment and leave a report.",
      "",
      "The network in networks/fashion-ddpm is pruned at two ratios, finetuned with and without"
          + " singular value scaling, and evaluated (recipes/demo.json). Some minutes on two cores;"
          + " a second time, seconds.",
      ""
    })
final class DemoCommand implements Callable<Integer> {
  private final Program program;

  @Mixin WorkOptions options = new WorkOptions();

  DemoCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    return Sweep.of(program.recipes().recipe("demo"), program).run(options, program);
  }
}
