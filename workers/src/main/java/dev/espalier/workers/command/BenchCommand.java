package dev.espalier.workers.command;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.bench.Benchmarks;
import dev.espalier.workers.bench.Comparer;
import dev.espalier.workers.bench.Comparison;
import dev.espalier.workers.bench.Endurance;
import dev.espalier.workers.bench.Overhead;
import dev.espalier.workers.bench.Profile;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "bench",
    description = {
      "Time this program beside the Python packages one would otherwise use.",
      "",
      "Both sides run in turns on this machine. Python needs the packages of"
          + " workers/src/main/python/bench-requirements.txt. The results stay in the work folder,"
          + " bench.json.",
      ""
    })
final class BenchCommand implements Callable<Integer> {
  private final Program program;

  @Parameters(
      arity = "0..*",
      paramLabel = "BENCHMARK",
      description = "Benchmarks to run; all without one.")
  List<String> names = List.of();

  @Option(
      names = "--python",
      paramLabel = "PATH",
      description = "The Python to compare with; else ESPALIER_PYTHON, else python3.")
  String python = "";

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each side (default 7).")
  int rounds = 7;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for arithmetic on both sides (default: all processors).")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--endurance",
      paramLabel = "STEPS",
      description = {
        "Train a small network for so many steps (a multiple of 50) instead, without Python, and say"
            + " by how much memory and time per step grew."
      })
  int endurance;

  @Option(
      names = "--overhead",
      description = {
        "Time stages that do nothing instead, here and in Metaflow, Prefect and Ray Tune: what"
            + " orchestration alone costs. Python needs the packages of"
            + " workers/src/main/python/overhead-requirements.txt."
      })
  boolean overhead;

  @Option(
      names = "--profile",
      description = {
        "Time one round operator by operator instead, on both sides: where it goes that a side is"
            + " slower."
      })
  boolean profile;

  @Option(names = "--json", description = "Print one JSON object a line.")
  boolean json;

  @Option(names = "--list", description = "Print the names of the benchmarks and end.")
  boolean list;

  BenchCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      program.terminal().print(String.join("\n", Benchmarks.names()));
      return 0;
    }
    if (endurance != 0) return endure();
    if (overhead) return overhead();
    InvalidInput.require(rounds >= 1 && rounds <= 1000, "--rounds is %d; legal: 1 to 1000", rounds);
    InvalidInput.require(
        threads >= 1 && threads <= 1024, "--threads is %d; legal: 1 to 1024", threads);
    List<String> known = Benchmarks.names();
    for (String name : names) {
      InvalidInput.require(
          known.contains(name),
          "benchmark '%s' does not exist; legal: %s",
          name,
          String.join(", ", known));
    }
    Settings settings = program.settings(null);
    Comparer comparer = new Comparer(settings.home(), interpreter(settings), threads, rounds);
    Map<String, String> environment = comparer.environment();
    if (profile) return profile(comparer, names.isEmpty() ? known : names);
    List<Comparison> done = new ArrayList<>();
    for (String name : names.isEmpty() ? known : names) {
      program.terminal().say("bench " + name + " …");
      Comparison comparison = comparer.run(name, environment);
      done.add(comparison);
      if (json) program.terminal().print(Json.write(comparison));
    }
    Path kept = Files.createDirectories(settings.work()).resolve("bench.json");
    Files.writeString(kept, Json.pretty(done));
    if (!json) {
      program.terminal().print(environment + "\n");
      program.terminal().print(table(done).toString());
    }
    return 0;
  }

  private int profile(Comparer comparer, List<String> names) throws IOException {
    for (String name : names) {
      Profile profile = comparer.profile(name);
      if (json) {
        program.terminal().print(Json.write(profile));
        continue;
      }
      Table table = new Table(name, "ours ms", "Python ms");
      table.row(
          "a round", millis(Profile.sum(profile.ours())), millis(Profile.sum(profile.python())));
      for (String operator : profile.largest(0.01)) {
        table.row(
            operator,
            millis(Profile.of(profile.ours(), operator)),
            millis(Profile.of(profile.python(), operator)));
      }
      program.terminal().print(table + "\n");
    }
    return 0;
  }

  private static String millis(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds * 1000);
  }

  private String interpreter(Settings settings) {
    return python.isEmpty() ? settings.variable("ESPALIER_PYTHON").orElse("python3") : python;
  }

  private int overhead() throws IOException {
    Settings settings = program.settings(null);
    WorkFolder folder = program.workFolder(settings);
    List<Overhead> all = new ArrayList<>();
    all.add(Overhead.ours(settings, folder));
    Path log = Files.createDirectories(settings.work()).resolve("overhead.log");
    all.addAll(Overhead.peers(settings.home(), interpreter(settings), log));
    if (json) {
      all.forEach(one -> program.terminal().print(Json.write(one)));
      return 0;
    }
    Table table =
        new Table(
            "ms per stage that does nothing",
            Overhead.IN_ORDER + " in order",
            Overhead.IN_PARALLEL + " at once",
            "medians of");
    for (Overhead one : all) {
      String name = one.version() == null ? one.peer() : one.peer() + " " + one.version();
      table.row(
          one.why() == null ? name : name + ": " + one.why(),
          Double.isNaN(one.inOrder()) ? "–" : number(one.inOrder()),
          Double.isNaN(one.inParallel()) ? "–" : number(one.inParallel()),
          one.rounds() == null ? "–" : one.rounds().get(0) + ", " + one.rounds().get(1));
    }
    program.terminal().print(table.toString());
    return 0;
  }

  private int endure() {
    InvalidInput.require(
        endurance >= 500 && endurance % 50 == 0,
        "--endurance is %d; legal: multiples of 50 from 500",
        endurance);
    Endurance done =
        Endurance.of(
            endurance,
            sample -> {
              if (!json) {
                program
                    .terminal()
                    .say(
                        String.format(
                            Locale.ROOT,
                            "step %,d: %.1f MiB, %.2f ms a step",
                            sample.step(),
                            sample.mib(),
                            sample.ms()));
              }
            });
    program.terminal().print(Json.write(done));
    return 0;
  }

  private static Table table(List<Comparison> done) {
    Table table =
        new Table(
            "benchmark", "ours ms", "Python ms", "ratio", "from – to", "MiB", "Python MiB", "");
    for (Comparison c : done) {
      table.row(
          c.name(),
          number(c.ours() * 1000),
          number(c.python() * 1000),
          String.format(Locale.ROOT, "%.3f", c.ratio()),
          String.format(Locale.ROOT, "%.2f – %.2f", c.ratioSpread().get(0), c.ratioSpread().get(1)),
          String.format(Locale.ROOT, "%.0f", c.oursPeakMiB()),
          String.format(Locale.ROOT, "%.0f", c.pythonPeakMiB()),
          c.unit());
    }
    return table;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
  }
}
