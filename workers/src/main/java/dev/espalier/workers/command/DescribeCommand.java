package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.CountingRules;
import dev.espalier.compression.prune.Description;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.workers.console.Table;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "describe",
    description = {
      "Say what pruning would make of a network, from its config.json alone.",
      "",
      "Prints parameters, multiply-accumulates and pruning groups, dense and at each ratio, as the"
          + " plan fields prune.compat, floor, floors and roundTo of the same names make them.",
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

  @Option(
      names = "--compat",
      paramLabel = "VERSION",
      description = {
        "Whose width rule is followed: paper (default), torch-pruning-1.1.7, torch-pruning-1.2.5 or"
            + " torch-pruning-1.6.1."
      })
  @Nullable String compat;

  @Option(
      names = "--floor",
      paramLabel = "SHARE",
      description = "Least share of a group's channels that stays, 0 to 1.")
  @Nullable Double floor;

  @Option(
      names = "--floor-of",
      paramLabel = "PREFIX=SHARE",
      description = "The same for the groups of certain layers, such as mid_block=0.5; repeatable.")
  Map<String, Double> floors = Map.of();

  @Option(
      names = "--round-to",
      paramLabel = "N",
      description = "Widths shall be multiples of N, by keeping more.")
  @Nullable Integer multiple;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description = "group. Widths of the scope global follow from weights and are refused here.")
  @Nullable String scope;

  @Option(
      names = "--rule",
      paramLabel = "RULE",
      description = "How MACs are counted: torch-pruning (default) or torch-pruning-ddim.")
  String rule = CountingRules.DEFAULT;

  @Option(names = "--json", description = "Print everything as JSON, with widths and members.")
  boolean json;

  DescribeCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() {
    PruneConfig prune =
        PruneConfig.of(
            null, null, null, null, null, null, compat, scope, floor, floors, multiple, null, null,
            null);
    Description description = Description.of(Request.read(config, program), ratios, rule, prune);
    if (json) {
      program.terminal().print(Json.pretty(description).stripTrailing());
      return 0;
    }
    program.terminal().print(description.network() + ", " + description.compat() + "\n");
    program.terminal().print(sizes(description) + "\n");
    program.terminal().print(groups(description).toString());
    return 0;
  }

  private static Table sizes(Description description) {
    Table table =
        new Table("ratio", "parameters", "MACs (" + description.countingRule() + ")", "groups cut");
    for (Description.Size size : description.sizes()) {
      table.row(
          size.ratio() == 0 ? "dense" : String.valueOf(size.ratio()),
          number(size.complexity().parameters()),
          number(size.complexity().macs()),
          size.pruned() + " of " + description.groups().size());
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
