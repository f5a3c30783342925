package dev.espalier.workers.command;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.process.PlanFields;
import dev.espalier.workers.process.WorkerProcess;
import dev.espalier.workflows.PlanRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Range;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = {
      "Print a script that lets the shell complete commands, options, recipes and runs.",
      "",
      "  bash: source <(espalier completion bash)      zsh: source <(espalier completion zsh)",
      "",
      "in the shell, or in its start-up file with the whole path of `espalier`.",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  private static final String SHELLS = "bash|zsh";
  private static final String NOTHING = "NOTHING";

  private final Program program;

  @Parameters(paramLabel = SHELLS, description = "The shell it is for.")
  String shell = "";

  @Spec CommandSpec spec = CommandSpec.create();

  CompletionCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() {
    InvalidInput.require(
        List.of(SHELLS.split("\\|")).contains(shell),
        "shell '%s' is not known; legal are bash and zsh",
        shell);
    String functions =
        shell.equals("zsh")
            ? "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
            : "";
    program.terminal().print((functions + script(spec.root().commandLine())).stripTrailing());
    return 0;
  }

  private String script(CommandLine root) {
    Map<String, CommandLine> commands = root.getSubcommands();
    List<String> options = new ArrayList<>();
    List<String> values = new ArrayList<>();
    commands.forEach(
        (name, command) -> {
          CommandSpec of = command.getCommandSpec();
          String names =
              of.options().stream()
                  .flatMap(option -> List.of(option.names()).stream())
                  .filter(option -> option.startsWith("--"))
                  .sorted()
                  .collect(Collectors.joining(" "));
          options.add("    " + name + ") printf '%s\\n' " + names + " ;;");
          for (OptionSpec option : of.options()) {
            if (option.arity().max() == 0) continue;
            for (String given : option.names()) values.add(value(name + " " + given, kind(option)));
          }
          for (PositionalParamSpec argument : of.positionalParameters()) {
            Range at = argument.index();
            // Outside of the quotes, so that the shell takes it for a pattern.
            String places = at.isVariable() ? "[0-9]*" : "[" + at.min() + "-" + at.max() + "]";
            values.add(value(name + " '" + places + "'", kind(argument)));
          }
        });
    return template()
        .replace("@COMMANDS@", String.join(" ", commands.keySet()))
        .replace("@OPTIONS@", String.join("\n", options))
        .replace("@VALUES@", String.join("\n", values))
        .replace("@FIELDS@", String.join(" ", fields()))
        .replace("@HOME@", program.settings(null).home().toString().replace("'", "'\\''"));
  }

  private static String value(String of, String kind) {
    return "    '" + of + "') echo '" + kind + "' ;;";
  }

  /** What an option or argument takes, told by what its help calls it. */
  private static String kind(ArgSpec argument) {
    String label = argument.paramLabel();
    return switch (label) {
      case "RUN" -> "RUN";
      case "NAME" ->
          argument instanceof PositionalParamSpec place && place.index().min() == 0
              ? "RUN"
              : NOTHING;
      case "RECIPE" -> "RECIPE";
      case "PLAN" -> "PLAN";
      case "FILE" -> argument.isPositional() ? "PLAN" : "FILE";
      case "DIR" -> "DIR";
      case "PATH", "CONFIG.json" -> "FILE";
      case "FIELD=VALUE" -> "FIELD";
      case "QUEUE" -> String.join(" ", new TreeSet<>(WorkerProcess.QUEUES));
      default -> label.matches("[a-z]+(\\|[a-z]+)+") ? label.replace('|', ' ') : NOTHING;
    };
  }

  /** Of a plan, as {@code --set} takes them. */
  private List<String> fields() {
    return PlanFields.of(PlanRequest.resolve(Json.parse("{}", "plan"), program.recipes()))
        .values()
        .keySet()
        .stream()
        .map(field -> field + "=")
        .sorted()
        .toList();
  }

  private static String template() {
    try (InputStream in =
        Objects.requireNonNull(
            CompletionCommand.class.getResourceAsStream("completion.bash"), "completion.bash")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
