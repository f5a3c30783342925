package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The exact curve of a training, one JSON line per point. It is stored with every checkpoint and
 * goes back with it: a resumed run has neither gaps nor points of steps that were undone.
 */
public final class CurveLog {
  /** Part that holds it. */
  public static final String PART = "curve.jsonl";

  /**
   * One point.
   *
   * @param loss of this step; absent where only the validation loss was taken
   * @param validationLoss of the averaged weights after this step
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Point(
      int step,
      @Nullable Double loss,
      @Nullable Double gradientNorm,
      @Nullable Double learningRate,
      @Nullable Double validationLoss) {}

  private final List<Point> points;

  CurveLog() {
    points = new ArrayList<>();
  }

  private CurveLog(List<Point> points) {
    this.points = new ArrayList<>(points);
  }

  /** Reads what {@link #bytes} wrote. */
  public static CurveLog read(byte[] lines) {
    return new CurveLog(
        new String(lines, UTF_8).lines().map(line -> Json.read(line, Point.class, PART)).toList());
  }

  void add(Point point) {
    points.add(point);
  }

  public List<Point> points() {
    return List.copyOf(points);
  }

  /** The last validation loss; NaN before the first. */
  double validationLoss() {
    double latest = Double.NaN;
    for (Point p : points) if (p.validationLoss() != null) latest = p.validationLoss();
    return latest;
  }

  byte[] bytes() {
    return points.stream()
        .map(p -> Json.write(p) + "\n")
        .collect(Collectors.joining())
        .getBytes(UTF_8);
  }
}
