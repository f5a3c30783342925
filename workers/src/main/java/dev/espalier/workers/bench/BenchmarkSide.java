package dev.espalier.workers.bench;

import dev.espalier.compression.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Our side of a benchmark, as a process: {@code prepare NAME FOLDER}, or {@code measure NAME
 * FOLDER}, which prints {@code ready}, takes a line {@code round} for every {@code took SECONDS}
 * and ends at the end of its input with {@code end} and a JSON object of results.
 */
public final class BenchmarkSide {
  private BenchmarkSide() {}

  public static void main(String[] arguments) throws IOException {
    Benchmark benchmark = Benchmarks.named(arguments[1]);
    Path folder = Path.of(arguments[2]);
    if (arguments[0].equals("prepare")) {
      benchmark.prepare(folder);
      return;
    }
    Pipe pipe =
        new Pipe(
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
            System.out,
            new TreeMap<>());
    benchmark.measure(folder, pipe);
    pipe.results().put("peakMiB", ResidentSet.peakMiB());
    System.out.println("end " + Json.write(pipe.results()));
  }

  private record Pipe(BufferedReader in, PrintStream out, Map<String, Double> results)
      implements Benchmark.Rounds {
    @Override
    public boolean next() throws IOException {
      if (results.put("rounds", results.getOrDefault("rounds", 0.0) + 1) == null) {
        out.println("ready");
      }
      return in.readLine() != null;
    }

    @Override
    public void took(double seconds) {
      out.println("took " + seconds);
    }

    @Override
    public void results(Map<String, Double> more) {
      results.putAll(more);
    }
  }
}
