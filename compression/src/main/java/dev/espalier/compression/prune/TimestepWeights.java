package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** How much each timestep counts in a statistic, by name. */
public final class TimestepWeights {
  /** The default: every timestep counts 1. */
  public static final String UNIFORM = "uniform";

  private static final double LEAST = 0.8;
  private static final double MOST = 1.2;

  private interface BySteps {
    IntToDoubleFunction of(int steps);
  }

  private static final Map<String, BySteps> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put(UNIFORM, steps -> t -> 1);
    TABLE.put("obs-diff", TimestepWeights::obsDiff);
  }

  private TimestepWeights() {}

  /**
   * The weight of each timestep t, 0 ≤ t &lt; {@code steps}.
   *
   * @throws InvalidInput naming the names there are
   */
  public static IntToDoubleFunction of(String name, int steps) {
    BySteps weights = TABLE.get(name);
    if (weights == null) {
      throw new InvalidInput(
          "prune.timestepWeights is '" + name + "'; legal: " + String.join(", ", names()));
    }
    return weights.of(steps);
  }

  /** All names. */
  public static Iterable<String> names() {
    return Collections.unmodifiableSet(TABLE.keySet());
  }

  /**
   * OBS-Diff's logarithmic decrease (Zhu et al. 2025, arXiv 2510.06751, equation 4): α_i = α_min +
   * (α_max − α_min) · ln(T − i + 1) / ln T for the i-th of T denoising iterations, so that errors
   * made early, which the later iterations carry on, count more. Iteration i of the full chain is
   * timestep t = T − i. The paper leaves the two bounds open; 0.8 and 1.2 are those of public code.
   */
  private static IntToDoubleFunction obsDiff(int steps) {
    double logarithm = Math.log(Math.max(2, steps));
    return t -> LEAST + (MOST - LEAST) * Math.log(t + 1) / logarithm;
  }
}
