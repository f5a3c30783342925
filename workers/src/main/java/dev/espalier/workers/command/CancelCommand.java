package dev.espalier.workers.command;

import picocli.CommandLine.Command;

@Command(
    name = "cancel",
    description = {
      "End a run early, paused or not.",
      "",
      "The stage at work saves its state; the same plan, started again, goes on from there.",
      ""
    })
final class CancelCommand extends RunRequest {
  CancelCommand(Program program) {
    super(program);
  }

  @Override
  String ask(ServedRun run) throws InterruptedException {
    return run.cancel();
  }
}
