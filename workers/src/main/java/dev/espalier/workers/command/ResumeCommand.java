package dev.espalier.workers.command;

import dev.espalier.workflows.Pausable;
import picocli.CommandLine.Command;

@Command(
    name = "resume",
    description = {"Let a paused run go on from where it was held.", ""})
final class ResumeCommand extends RunRequest {
  ResumeCommand(Program program) {
    super(program);
  }

  @Override
  String ask(ServedRun run) throws InterruptedException {
    return run.tell(Pausable.RESUME);
  }
}
