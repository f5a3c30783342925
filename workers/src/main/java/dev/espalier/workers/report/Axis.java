package dev.espalier.workers.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * One axis of a chart: values {@code min} to {@code max} laid on pixels {@code from} to {@code to},
 * evenly or by logarithm.
 */
record Axis(double min, double max, boolean log, double from, double to, List<Double> ticks) {
  /** Ratio of largest to smallest above which a positive quantity is drawn by logarithm. */
  private static final double WIDE = 6;

  private static final double[] NICE = {1, 2, 2.5, 5, 10};

  /** An axis that shows all finite {@code values}, logarithmic where they spread widely. */
  static Axis covering(Collection<Double> values, double from, double to) {
    double min = lowest(values);
    return min > 0 && highest(values) / min > WIDE
        ? logarithmic(values, from, to)
        : linear(values, from, to);
  }

  static Axis linear(Collection<Double> values, double from, double to) {
    double min = lowest(values);
    double max = highest(values);
    double span = max > min ? max - min : Math.max(Math.abs(max), 1);
    double step = niceStep(span / 4);
    double start = Math.floor(min / step + 1e-9);
    double end = Math.max(Math.ceil(max / step - 1e-9), start + 1);
    List<Double> ticks = new ArrayList<>();
    for (double k = start; k <= end; k++) ticks.add(k * step);
    return new Axis(start * step, end * step, false, from, to, ticks);
  }

  /** An even axis that ends where {@code values} end, with round ticks inside. */
  static Axis tight(Collection<Double> values, double from, double to) {
    Axis round = linear(values, from, to);
    double min = lowest(values);
    double max = highest(values);
    if (max <= min) return round;
    List<Double> inside = round.ticks().stream().filter(t -> t >= min && t <= max).toList();
    return new Axis(min, max, false, from, to, inside);
  }

  /** An axis over the positive ones of {@code values}, a little wider than they are. */
  static Axis logarithmic(Collection<Double> values, double from, double to) {
    List<Double> positive = values.stream().filter(v -> v > 0).toList();
    double pad = Math.pow(highest(positive) / lowest(positive), 0.04) * 1.02;
    double min = lowest(positive) / pad;
    double max = highest(positive) * pad;
    double[] digits =
        max / min > 300
            ? new double[] {1}
            : max / min > 12 ? new double[] {1, 3} : new double[] {1, 2, 3, 5, 7};
    List<Double> ticks = new ArrayList<>();
    for (int e = (int) Math.floor(Math.log10(min)); e <= Math.log10(max); e++) {
      for (double digit : digits) {
        double tick = digit * Math.pow(10, e);
        if (tick >= min && tick <= max) ticks.add(tick);
      }
    }
    return new Axis(min, max, true, from, to, ticks);
  }

  /** The pixel of {@code value}. */
  double at(double value) {
    double share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
    return from + share * (to - from);
  }

  /** Whether {@code value} can be drawn at all. */
  boolean shows(double value) {
    return Double.isFinite(value) && (!log || value > 0);
  }

  private static double niceStep(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double nice : NICE) {
      if (nice * power >= rough * 0.999) return nice * power;
    }
    return 10 * power;
  }

  private static double lowest(Collection<Double> values) {
    return values.stream().mapToDouble(v -> v).filter(Double::isFinite).min().orElse(1);
  }

  private static double highest(Collection<Double> values) {
    return values.stream().mapToDouble(v -> v).filter(Double::isFinite).max().orElse(2);
  }
}
