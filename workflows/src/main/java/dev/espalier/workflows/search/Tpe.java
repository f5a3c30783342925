package dev.espalier.workflows.search;

import dev.espalier.compression.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011, section 4), each axis by itself: the
 * points tried are parted into the better ones and the others, a density is laid over each part,
 * and of some candidates drawn from the better one's, the one is taken at which it exceeds the
 * others' the most.
 *
 * <p>As in Hyperopt and Optuna, a tenth of the points, at most 25, count as better, a range's
 * density is a mixture of normal distributions cut off at its ends, one at each point, as wide as
 * the larger gap to its neighbours, and one over the whole range; a list's is the counts plus one.
 */
public final class Tpe {
  private static final int CANDIDATES = 24;
  private static final int MOST_BETTER = 25;

  /**
   * A point that has been tried.
   *
   * @param units where it lies on each axis, 0 to 1
   * @param value the smaller the better, finite
   */
  public record Tried(double[] units, double value) {}

  private final List<Axis> axes;
  private final long seed;

  public Tpe(List<Axis> axes, long seed) {
    this.axes = List.copyOf(axes);
    this.seed = seed;
  }

  /** A point drawn evenly, by its number. */
  public double[] random(long number) {
    SplittableRandom random = CounterRandom.at(seed, "point", number);
    return axes.stream().mapToDouble(axis -> random.nextDouble()).toArray();
  }

  /**
   * The point to try next.
   *
   * @param tried at least one
   * @param number of the point; equal arguments give equal points
   */
  public double[] suggest(List<Tried> tried, long number) {
    SplittableRandom random = CounterRandom.at(seed, "suggestion", number);
    List<Tried> ranked = new ArrayList<>(tried);
    ranked.sort(Comparator.comparingDouble(Tried::value));
    int better = (int) Math.min(MOST_BETTER, Math.ceil(0.1 * ranked.size()));
    double[] point = new double[axes.size()];
    for (int i = 0; i < point.length; i++) {
      point[i] =
          best(
              density(i, ranked.subList(0, better)),
              density(i, ranked.subList(better, ranked.size())),
              random);
    }
    return point;
  }

  private static double best(Density better, Density others, SplittableRandom random) {
    double best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < CANDIDATES; i++) {
      double unit = better.draw(random);
      double gain = StrictMath.log(better.at(unit)) - StrictMath.log(others.at(unit));
      if (gain > most) {
        most = gain;
        best = unit;
      }
    }
    return best;
  }

  private Density density(int axis, List<Tried> points) {
    double[] units = points.stream().mapToDouble(point -> point.units()[axis]).toArray();
    Axis along = axes.get(axis);
    return along.range() == null ? new Counts(units, along.values().size()) : new Mixture(units);
  }

  /** A probability density over 0 to 1. */
  private interface Density {
    double at(double unit);

    double draw(SplittableRandom random);
  }

  /** Of a list's values, each a part of 0 to 1 of the same width. */
  private static final class Counts implements Density {
    private final double[] weights;
    private final double sum;

    Counts(double[] units, int values) {
      weights = new double[values];
      Arrays.fill(weights, 1);
      for (double unit : units) weights[part(unit)]++;
      sum = units.length + values;
    }

    private int part(double unit) {
      return (int) Math.min(weights.length - 1, Math.floor(unit * weights.length));
    }

    @Override
    public double at(double unit) {
      return weights[part(unit)] / sum * weights.length;
    }

    @Override
    public double draw(SplittableRandom random) {
      double left = random.nextDouble() * sum;
      int part = 0;
      while (part < weights.length - 1 && left >= weights[part]) left -= weights[part++];
      return (part + 0.5) / weights.length;
    }
  }

  /** Normal distributions within 0 to 1, all of the same weight. */
  private static final class Mixture implements Density {
    private final double[] means;
    private final double[] widths;

    Mixture(double[] units) {
      double[] sorted = units.clone();
      Arrays.sort(sorted);
      int n = sorted.length;
      means = Arrays.copyOf(sorted, n + 1);
      widths = new double[n + 1];
      double least = 1.0 / Math.min(100, n + 2);
      for (int i = 0; i < n; i++) {
        double below = sorted[i] - (i == 0 ? 0 : sorted[i - 1]);
        double above = (i == n - 1 ? 1 : sorted[i + 1]) - sorted[i];
        widths[i] = Math.min(1, Math.max(least, Math.max(below, above)));
      }
      means[n] = 0.5;
      widths[n] = 1;
    }

    @Override
    public double at(double unit) {
      double sum = 0;
      for (int i = 0; i < means.length; i++) {
        double z = (unit - means[i]) / widths[i];
        double inside = normal((1 - means[i]) / widths[i]) - normal(-means[i] / widths[i]);
        sum += StrictMath.exp(-z * z / 2) / (widths[i] * StrictMath.sqrt(2 * Math.PI) * inside);
      }
      return sum / means.length;
    }

    @Override
    public double draw(SplittableRandom random) {
      int i = random.nextInt(means.length);
      while (true) {
        double unit = means[i] + widths[i] * gaussian(random);
        if (unit >= 0 && unit <= 1) return unit;
      }
    }

    /** Box and Muller; the generator's own comes with Java 19. */
    private static double gaussian(SplittableRandom random) {
      double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
      return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }

    /** The normal distribution function, by Abramowitz and Stegun 7.1.26, within 1.5e-7. */
    private static double normal(double z) {
      double x = Math.abs(z) / StrictMath.sqrt(2);
      double t = 1 / (1 + 0.3275911 * x);
      double series =
          t
              * (0.254829592
                  + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
      double half = series * StrictMath.exp(-x * x) / 2;
      return z >= 0 ? 1 - half : half;
    }
  }
}
