package dev.espalier.workers.metrics;

import dev.espalier.activities.CurveLog;
import dev.espalier.activities.metrics.StageMeters;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The curves of trainings, point by point as they lie with the results, in the OpenMetrics text
 * format with timestamps: what {@code promtool tsdb create-blocks-from openmetrics} makes blocks
 * of. Their names are their own, so that they never mix with what was scraped.
 */
public final class ExactCurves {
  private ExactCurves() {}

  /** What a curve has a series of; all are gauges without a unit. */
  private enum Quantity {
    STEP("espalier_curve_step", "Optimizer steps done", point -> (double) point.step()),
    LOSS("espalier_curve_loss", "Training loss of the step", CurveLog.Point::loss),
    VALIDATION_LOSS(
        "espalier_curve_validation_loss",
        "Loss on images held out from training, after the step",
        CurveLog.Point::validationLoss),
    GRADIENT_NORM(
        "espalier_curve_gradient_norm",
        "Global gradient norm of the step, before clipping",
        CurveLog.Point::gradientNorm),
    LEARNING_RATE(
        "espalier_curve_learning_rate", "Learning rate of the step", CurveLog.Point::learningRate);

    final String series;
    final String help;
    final Function<CurveLog.Point, @Nullable Double> value;

    Quantity(String series, String help, Function<CurveLog.Point, @Nullable Double> value) {
      this.series = series;
      this.help = help;
      this.value = value;
    }
  }

  /**
   * One training.
   *
   * @param start where step 0 lies in time
   * @param pace between two steps, at least a millisecond
   */
  public record Training(
      String run, String stage, Instant start, Duration pace, List<CurveLog.Point> points) {
    /** The shortest time that Prometheus tells from another. */
    public static final Duration SHORTEST = Duration.ofMillis(1);

    public Training {
      points = List.copyOf(points);
      if (pace.compareTo(SHORTEST) < 0) pace = SHORTEST;
    }

    /** Unix time in seconds, to the millisecond. */
    private String time(int step) {
      return BigDecimal.valueOf(start.plus(pace.multipliedBy(step)).toEpochMilli(), 3)
          .toPlainString();
    }

    private String labels() {
      return String.format(
          "{experiment=\"%s\",run=\"%s\",stage=\"%s\"}",
          escaped(StageMeters.experiment(run)), escaped(run), escaped(stage));
    }

    private static String escaped(String label) {
      return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
  }

  /** The series there are. */
  public static List<String> exported() {
    return Arrays.stream(Quantity.values()).map(quantity -> quantity.series).toList();
  }

  /** All of them in one exposition. */
  public static String openMetrics(List<Training> trainings) {
    List<String> lines = new ArrayList<>();
    for (Quantity quantity : Quantity.values()) {
      lines.add("# TYPE " + quantity.series + " gauge");
      lines.add("# HELP " + quantity.series + " " + quantity.help);
      for (Training training : trainings) {
        String labels = training.labels();
        values(training, quantity)
            .forEach(
                (step, value) ->
                    lines.add(
                        quantity.series
                            + labels
                            + " "
                            + number(value)
                            + " "
                            + training.time(step)));
      }
    }
    lines.add("# EOF");
    return String.join("\n", lines) + "\n";
  }

  /** By step: one value at a time, in order. */
  private static Map<Integer, Double> values(Training training, Quantity quantity) {
    Map<Integer, Double> values = new TreeMap<>();
    for (CurveLog.Point point : training.points()) {
      Double value = quantity.value.apply(point);
      if (value != null) values.put(point.step(), value);
    }
    return values;
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) return value > 0 ? "+Inf" : "-Inf";
    return Double.toString(value).toLowerCase(Locale.ROOT).replace("nan", "NaN");
  }
}
