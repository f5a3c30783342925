package dev.espalier.workers.bench;

import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.OperatorTimes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Our side of a benchmark, as a process: {@code prepare NAME FOLDER}, or {@code measure NAME
 * FOLDER}, which prints {@code ready}, takes a line {@code round} for every {@code took SECONDS},
 * or {@code profile} for a round with a line {@code operators} and a JSON object of seconds before
 * that, and ends at the end of its input with {@code end} and a JSON object of results.
 */
public final class BenchmarkSide {
  /** The time of a profiled round that is not PyTorch's; the Python side calls it so, too. */
  private static final String OUTSIDE = "outside PyTorch";

  private BenchmarkSide() {}

  public static void main(String[] arguments) throws IOException {
    Benchmark benchmark = Benchmarks.named(arguments[1]);
    Path folder = Path.of(arguments[2]);
    if (arguments[0].equals("prepare")) {
      benchmark.prepare(folder);
      return;
    }
    Pipe pipe =
        new Pipe(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    benchmark.measure(folder, pipe);
    pipe.results().put("peakMiB", ResidentSet.peakMiB());
    System.out.println("end " + Json.write(pipe.results()));
  }

  private static final class Pipe implements Benchmark.Rounds {
    private final BufferedReader in;
    private final Map<String, Double> results = new TreeMap<>();
    private boolean profiled;
    private long began;

    Pipe(BufferedReader in) {
      this.in = in;
    }

    Map<String, Double> results() {
      return results;
    }

    @Override
    public boolean next() throws IOException {
      if (results.put("rounds", results.getOrDefault("rounds", 0.0) + 1) == null) {
        System.out.println("ready");
      }
      String asked = in.readLine();
      profiled = "profile".equals(asked);
      if (profiled) OperatorTimes.begin();
      began = System.nanoTime();
      return asked != null;
    }

    @Override
    public void took(double seconds) {
      if (profiled) {
        double whole = (System.nanoTime() - began) * 1e-9;
        Map<String, Double> operators = OperatorTimes.end();
        double inside = operators.values().stream().mapToDouble(Double::doubleValue).sum();
        operators.put(OUTSIDE, whole - inside);
        System.out.println("operators " + Json.write(operators));
      }
      System.out.println("took " + seconds);
    }

    @Override
    public void results(Map<String, Double> more) {
      results.putAll(more);
    }
  }
}
