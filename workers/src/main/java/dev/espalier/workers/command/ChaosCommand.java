package dev.espalier.workers.command;

import dev.espalier.compression.Json;
import dev.espalier.workers.chaos.Chaos;
import dev.espalier.workers.chaos.Verdict;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.console.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "chaos",
    description = {
      "Kill workers and servers under real runs and compare the results bit for bit.",
      "",
      "Starts its own Temporal and object stores on 127.0.0.1 and needs the `temporal` command line"
          + " tool and `minio` (infra/install-servers). Everything: more than an hour. The results"
          + " stay in the work folder, chaos.json. Ends with 1 if a trial fails.",
      ""
    })
final class ChaosCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(arity = "0..*", paramLabel = "TRIAL", description = "Trials; all without one.")
  List<String> names = List.of();

  @Option(names = "--short", description = "Fewer failures: some minutes.")
  boolean quick;

  @Option(
      names = "--share",
      paramLabel = "X",
      description = "This share of the failures and runs, such as 0.1 (default 1).")
  double share = 1;

  @Option(names = "--seed", paramLabel = "N", description = "Of the moments of failure.")
  long seed = 1;

  @Option(
      names = "--references",
      paramLabel = "DIR",
      description = {
        "Keep the undisturbed runs in this folder, and take those that an earlier round left there."
      })
  @Nullable Path references;

  @Option(names = "--json", description = "Print one JSON object a line.")
  boolean json;

  @Option(names = "--list", description = "Print the names of the trials and end.")
  boolean list;

  ChaosCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      program.terminal().print(String.join("\n", Chaos.names()));
      return 0;
    }
    Settings settings = program.settings(null);
    Path work = program.workFolder(settings).path();
    Path folder = Files.createTempDirectory(work, "chaos-");
    Chaos chaos = new Chaos(settings, quick, share, seed, program.terminal()::say);
    List<Verdict> verdicts = chaos.run(names, folder, references);
    Files.writeString(work.resolve("chaos.json"), Json.pretty(verdicts));
    if (json) {
      verdicts.forEach(verdict -> program.terminal().print(Json.write(verdict)));
    } else {
      program.terminal().print(table(verdicts).toString());
    }
    if (verdicts.stream().noneMatch(v -> v.state().equals("fails"))) {
      try {
        delete(folder);
      } catch (IOException | UncheckedIOException e) {
        program.terminal().say(folder + " is left: " + e);
      }
      return 0;
    }
    program.terminal().say("what failed left its logs and stores in " + folder);
    return 1;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }

  private static Table table(List<Verdict> verdicts) {
    Table table = new Table("trial", "state", "seconds", "asked", "measured");
    for (Verdict v : verdicts) {
      String seconds = String.format(Locale.ROOT, "%.0f", v.seconds());
      table.row(v.test(), v.state(), seconds, v.asked(), v.measured());
    }
    return table;
  }
}
