package dev.espalier.workers.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs benchmarks: both sides wait in processes of their own and take turns, in an order that turns
 * round every time, so that a slow minute of the machine meets both.
 *
 * @param home the clone, which holds the Python side
 * @param python the interpreter
 * @param threads for arithmetic, on both sides
 * @param rounds of each side
 */
public record Comparer(Path home, String python, int threads, int rounds) {
  /** Settings of ours that Python does not get: it runs as its users run it. */
  private static final Set<String> OURS =
      Set.of("GLIBC_TUNABLES", "GOMP_SPINCOUNT", "OMP_WAIT_POLICY");

  private Path script() {
    return home.resolve("workers/src/main/python/bench_side.py");
  }

  /**
   * Asks Python for the versions of the packages it compares with.
   *
   * @throws InvalidInput saying how to install them
   */
  public Map<String, String> environment() {
    String needed = home.relativize(script().resolveSibling("bench-requirements.txt")).toString();
    try {
      Process process =
          new ProcessBuilder(python, script().toString(), "versions")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String line = process.inputReader().readLine();
      process.waitFor();
      if (process.exitValue() == 0 && line != null) return versions(line);
    } catch (IOException e) {
      // Said below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new InvalidInput(
        python
            + " lacks packages; `python3 -m venv .bench && .bench/bin/pip install -r "
            + needed
            + "`, then `bench --python .bench/bin/python`");
  }

  private Map<String, String> versions(String line) throws IOException {
    Map<String, String> environment = new HashMap<>();
    for (String pair : line.split(" ")) {
      environment.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    environment.put("java", System.getProperty("java.version"));
    environment.put("threads", String.valueOf(threads));
    Path processors = Path.of("/proc/cpuinfo");
    if (Files.exists(processors)) {
      try (Stream<String> lines = Files.lines(processors)) {
        lines
            .filter(l -> l.startsWith("model name"))
            .findFirst()
            .ifPresent(l -> environment.put("processor", l.substring(l.indexOf(':') + 1).strip()));
      }
    }
    return environment;
  }

  /** Runs one benchmark. */
  public Comparison run(String name, Map<String, String> environment) throws IOException {
    Benchmark benchmark = Benchmarks.named(name);
    Path folder = Files.createTempDirectory("espalier-bench");
    try {
      prepare(name, folder);
      return run(name, benchmark, folder, environment);
    } finally {
      delete(folder);
    }
  }

  /** What a round takes, operator by operator: seconds here and in Python. */
  public Profile profile(String name) throws IOException {
    Benchmark benchmark = Benchmarks.named(name);
    Path folder = Files.createTempDirectory("espalier-bench");
    try {
      prepare(name, folder);
      try (Side here = java(name, folder);
          Side there = python(benchmark, folder)) {
        here.round();
        there.round();
        return new Profile(name, here.profile(), there.profile());
      }
    } finally {
      delete(folder);
    }
  }

  private Comparison run(
      String name, Benchmark benchmark, Path folder, Map<String, String> environment)
      throws IOException {
    double[] ours = new double[rounds];
    double[] theirs = new double[rounds];
    double[] ratios = new double[rounds];
    Map<String, Double> results = new HashMap<>();
    try (Side here = java(name, folder);
        Side there = python(benchmark, folder)) {
      for (int i = 0; i < rounds; i++) {
        if (i % 2 == 0) ours[i] = here.round();
        theirs[i] = there.round();
        if (i % 2 == 1) ours[i] = here.round();
        ratios[i] = ours[i] / theirs[i];
      }
      read("ours.", here.end(), results);
      read("python.", there.end(), results);
    }
    double oursPeak = results.remove("ours.peakMiB");
    double pythonPeak = results.remove("python.peakMiB");
    return new Comparison(
        name,
        benchmark.unit(),
        Comparison.median(ours),
        Comparison.median(theirs),
        Comparison.median(ratios),
        Comparison.spread(ours),
        Comparison.spread(theirs),
        Comparison.spread(ratios),
        rounds,
        oursPeak,
        pythonPeak,
        results,
        environment);
  }

  private static void read(String prefix, JsonNode side, Map<String, Double> results) {
    side.properties().stream()
        .filter(entry -> !entry.getKey().equals("rounds"))
        .forEach(entry -> results.put(prefix + entry.getKey(), entry.getValue().asDouble()));
  }

  private static void prepare(String name, Path folder) throws IOException {
    List<String> command = java("prepare", name, folder, List.of());
    Path log = folder.resolve("prepare.log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException("preparing " + name + ": " + Files.readString(log).strip());
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private Side java(String name, Path folder) throws IOException {
    return new Side(
        java("measure", name, folder, List.of("-Despalier.threads=" + threads)),
        Set.of(),
        Map.of(),
        folder.resolve("ours.log"));
  }

  private static List<String> java(String verb, String name, Path folder, List<String> properties) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx3g", "-Xmn64m", "-XX:+UseSerialGC"));
    command.addAll(properties);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(BenchmarkSide.class.getName(), verb, name, folder.toAbsolutePath().toString()));
    return command;
  }

  private Side python(Benchmark benchmark, Path folder) throws IOException {
    return new Side(
        List.of(
            python,
            script().toString(),
            benchmark.python(),
            folder.toString(),
            String.valueOf(threads)),
        OURS,
        Map.of("OMP_NUM_THREADS", String.valueOf(threads), "PYTHONUNBUFFERED", "1"),
        folder.resolve("python.log"));
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
