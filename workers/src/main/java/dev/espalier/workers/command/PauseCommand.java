package dev.espalier.workers.command;

import dev.espalier.workflows.Pausable;
import picocli.CommandLine.Command;

@Command(
    name = "pause",
    description = {
      "Hold a run: the stage at work saves its state, and the device is free.",
      "",
      "Resumed, it goes on from there and comes to the same bits. A sweep holds its arms and starts"
          + " no other.",
      ""
    })
final class PauseCommand extends RunRequest {
  PauseCommand(Program program) {
    super(program);
  }

  @Override
  String ask(ServedRun run) throws InterruptedException {
    return run.tell(Pausable.PAUSE);
  }
}
