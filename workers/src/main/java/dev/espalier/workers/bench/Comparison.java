package dev.espalier.workers.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a benchmark came to.
 *
 * @param name of the benchmark
 * @param unit the piece of work timed
 * @param ours median seconds per unit here
 * @param python median seconds per unit in Python
 * @param ratio median over the rounds of ours divided by Python's; less than 1: ours is faster
 * @param oursSpread smallest and largest round here
 * @param pythonSpread smallest and largest round in Python
 * @param ratioSpread smallest and largest ratio of a round
 * @param rounds both sides did, in turns
 * @param oursPeakMiB largest resident set of our process
 * @param pythonPeakMiB largest resident set of Python's
 * @param results figures by which the two sides' results compare
 * @param environment processor, threads and versions
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Comparison(
    String name,
    String unit,
    double ours,
    double python,
    double ratio,
    List<Double> oursSpread,
    List<Double> pythonSpread,
    List<Double> ratioSpread,
    int rounds,
    double oursPeakMiB,
    double pythonPeakMiB,
    Map<String, Double> results,
    Map<String, String> environment) {
  public Comparison {
    oursSpread = List.copyOf(oursSpread);
    pythonSpread = List.copyOf(pythonSpread);
    ratioSpread = List.copyOf(ratioSpread);
    results = new TreeMap<>(results);
    environment = new TreeMap<>(environment);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  static List<Double> spread(double[] values) {
    return List.of(
        Arrays.stream(values).min().orElseThrow(), Arrays.stream(values).max().orElseThrow());
  }
}
