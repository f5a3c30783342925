package dev.espalier.workers;

import dev.espalier.workers.command.Commands;
import dev.espalier.workers.command.Failure;
import dev.espalier.workers.command.Program;
import dev.espalier.workers.command.WrongCall;
import dev.espalier.workers.console.Log;
import dev.espalier.workers.console.Terminal;
import dev.espalier.workers.console.Viewer;
import dev.espalier.workers.process.Stages;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program's entry: reads the command line, runs a command, answers with an exit code. */
@Command(
    name = "espalier",
    description = {
      "Durable experiments in compressing generative models: prune, scale singular values,"
          + " finetune, evaluate.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "espalier COMMAND --help tells more. Exit codes: 0 done, 1 a run failed, 2 bad input."
    })
public final class Espalier {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this and end.")
  boolean help;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log to the terminal, and show stack traces of failures.")
  boolean verbose;

  private Espalier() {}

  public static void main(String[] arguments) {
    Terminal terminal =
        new Terminal(
            writer(FileDescriptor.out), writer(FileDescriptor.err), Viewer.of(System.getenv()));
    Program program = new Program(System.getenv(), System.in, terminal, Stages::onShelf);
    System.exit(run(program, arguments));
  }

  /** Runs one command line; returns the exit code. */
  static int run(Program program, String... arguments) {
    Espalier root = new Espalier();
    CommandLine line = new CommandLine(root);
    Commands.of(program).forEach(line::addSubcommand);
    Viewer viewer = program.terminal().viewer();
    return line.setOut(program.terminal().out())
        .setColorScheme(
            Help.defaultColorScheme(viewer.out() && viewer.colours() ? Ansi.ON : Ansi.OFF))
        .setErr(program.terminal().err())
        .setParameterExceptionHandler(
            (exception, given) -> {
              program.terminal().complain(WrongCall.line(exception));
              return Failure.INPUT;
            })
        .setExecutionExceptionHandler(
            (exception, command, result) -> {
              Failure failure = Failure.of(exception);
              program.terminal().complain(failure.line());
              if (root.verbose) exception.printStackTrace(program.terminal().err());
              return failure.exitCode();
            })
        .setExecutionStrategy(
            parsed -> {
              if (root.verbose) Log.toTerminal();
              return new CommandLine.RunLast().execute(parsed);
            })
        .execute(arguments);
  }

  private static PrintWriter writer(FileDescriptor stream) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
  }
}
