package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.compression.prune.Description;
import dev.espalier.workers.console.Table;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "describe",
    description = {
      "Say what pruning would make of a network, from its config.json alone.",
      "",
      "Prints parameters, multiply-accumulates and pruning groups, dense and at each ratio.",
      ""
    })
final class DescribeCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      paramLabel = "CONFIG.json",
      description = "A network's config.json, a JSON object, or - for standard input.")
  String config = "";

  @Option(
      names = "--ratio",
      paramLabel = "RATIO",
      description = "Share of channels to remove, 0 <= RATIO < 1; may be repeated.")
  List<Double> ratios = List.of();

  @Option(names = "--json", description = "Print everything as JSON, with widths and members.")
  boolean json;

  DescribeCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() {
    Description description = Description.of(Request.read(config, program), ratios);
    if (json) {
      program.terminal().print(Json.pretty(description).stripTrailing());
      return 0;
    }
    program.terminal().print(description.network() + "\n");
    program.terminal().print(sizes(description) + "\n");
    program.terminal().print(groups(description).toString());
    return 0;
  }

  private static Table sizes(Description description) {
    Table table =
        new Table("ratio", "parameters", "MACs (" + description.countingRule() + ")", "groups");
    for (Description.Size size : description.sizes()) {
      table.row(
          size.ratio() == 0 ? "dense" : String.valueOf(size.ratio()),
          number(size.complexity().parameters()),
          number(size.complexity().macs()),
          number(description.groups().size()));
    }
    return table;
  }

  private static Table groups(Description description) {
    Table table = new Table("group", "channels", "kept", "norm groups", "heads", "members");
    for (Description.Group group : description.groups()) {
      List<Integer> kept = group.kept().subList(1, group.kept().size());
      table.row(
          group.root(),
          number(group.channels()),
          String.join(" / ", kept.stream().map(String::valueOf).toList()),
          number(group.normGroups()),
          number(group.heads()),
          number(group.members().size()));
    }
    return table;
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
