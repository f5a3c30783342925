package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.workers.connection.TemporalConnection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What commands share that ask a run under way for something: one request, one line. */
abstract sealed class RunRequest implements Callable<Integer>
    permits PauseCommand, ResumeCommand, CancelCommand, ParallelCommand {
  private final Program program;

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The run's id, as `espalier status` lists it.")
  String run = "";

  @Mixin ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--json", description = "Print the answer as JSON.")
  boolean json;

  RunRequest(Program program) {
    this.program = program;
  }

  /** Asks; returns the answer in one line. */
  abstract String ask(ServedRun run) throws InterruptedException;

  @Override
  public Integer call() throws InterruptedException {
    try (TemporalConnection server = ServedRun.server(program, connection)) {
      Answer answer = new Answer(run, ask(ServedRun.underWay(server.client(), run)));
      program.terminal().print(answer.text(json));
    }
    return 0;
  }

  /** What a run answered. */
  record Answer(String run, String answer) {
    String text(boolean json) {
      return json ? Json.write(this) : run + ": " + answer;
    }
  }
}
