package dev.espalier.workers.command;

import dev.espalier.compression.InvalidInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "parallel",
    description = {
      "Set how many arms of a sweep may be at work at once.",
      "",
      "Those at work stay so; the next is begun when fewer are.",
      ""
    },
    footer = {"", "Example:", "  espalier parallel demo-0123456789ab 4"})
final class ParallelCommand extends RunRequest {
  @Parameters(index = "1", paramLabel = "N", description = "1 to 256.")
  int most;

  ParallelCommand(Program program) {
    super(program);
  }

  @Override
  String ask(ServedRun run) throws InterruptedException {
    InvalidInput.require(
        run.kind().equals("sweep"), "'%s' is no sweep; it has no arms to run at once", run.id());
    return run.ask("parallel", most).orElse("accepted");
  }
}
