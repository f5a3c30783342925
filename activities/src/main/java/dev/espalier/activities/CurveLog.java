package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.Json;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.Restart;
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
   * @param diverged step at which the loss was no number, whereupon the training was taken back to
   *     this one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Point(
      int step,
      @Nullable Double loss,
      @Nullable Double gradientNorm,
      @Nullable Double learningRate,
      @Nullable Double validationLoss,
      @Nullable Integer diverged) {
    static Point loss(int step, double loss, double gradientNorm, double learningRate) {
      return new Point(step, loss, gradientNorm, learningRate, null, null);
    }

    static Point validation(int step, double loss) {
      return new Point(step, null, null, null, loss, null);
    }

    static Point restart(Restart restart) {
      return new Point(restart.after(), null, null, null, null, restart.diverged());
    }
  }

  private final List<Point> points;

  CurveLog() {
    points = new ArrayList<>();
  }

  CurveLog(List<Point> points) {
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

  /** Whether the validation loss was taken after {@code step}. */
  boolean validatedAt(int step) {
    return points.stream().anyMatch(p -> p.step() == step && p.validationLoss() != null);
  }

  /** The loss of the last step; NaN before the first. */
  double loss() {
    for (int i = points.size() - 1; i >= 0; i--) {
      Double loss = points.get(i).loss();
      if (loss != null) return loss;
    }
    return Double.NaN;
  }

  /** Notes those of {@code restarts} that go back to {@code step} and are not noted yet. */
  void note(List<Restart> restarts, int step) {
    long noted = points.stream().filter(p -> p.diverged() != null).count();
    for (Restart restart : restarts.subList((int) noted, restarts.size())) {
      if (restart.after() == step) points.add(Point.restart(restart));
    }
  }

  /** These points, but of the validation losses only those that {@code config} asks for. */
  CurveLog asAskedBy(FinetuneConfig config) {
    return new CurveLog(
        points.stream()
            .filter(
                p ->
                    p.validationLoss() == null
                        || p.step() % config.validateEvery() == 0
                        || p.step() == config.steps())
            .toList());
  }

  /** A copy, to which nothing is added any more. */
  CurveLog copy() {
    return new CurveLog(points);
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
