package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.CurveLog.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExactCurvesTest {
  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

  @Test
  void everyPointLiesAtItsStepsTime() {
    List<Point> points =
        List.of(
            new Point(1, 0.5, 2.0, 1e-4, null, null),
            new Point(1, null, null, null, 0.25, null),
            new Point(2, Double.POSITIVE_INFINITY, null, null, null, null));
    String labels = "{experiment=\"demo\",run=\"demo-0123456789ab\",stage=\"finetune\"}";
    assertThat(
            ExactCurves.openMetrics(
                List.of(training("demo-0123456789ab", Duration.ofMillis(1500), points))))
        .isEqualTo(
            """
            # TYPE espalier_curve_step gauge
            # HELP espalier_curve_step Optimizer steps done
            espalier_curve_step%1$s 1.0 1769860801.500
            espalier_curve_step%1$s 2.0 1769860803.000
            # TYPE espalier_curve_loss gauge
            # HELP espalier_curve_loss Training loss of the step
            espalier_curve_loss%1$s 0.5 1769860801.500
            espalier_curve_loss%1$s +Inf 1769860803.000
            # TYPE espalier_curve_validation_loss gauge
            # HELP espalier_curve_validation_loss Loss on images held out from training, after the step
            espalier_curve_validation_loss%1$s 0.25 1769860801.500
            # TYPE espalier_curve_gradient_norm gauge
            # HELP espalier_curve_gradient_norm Global gradient norm of the step, before clipping
            espalier_curve_gradient_norm%1$s 2.0 1769860801.500
            # TYPE espalier_curve_learning_rate gauge
            # HELP espalier_curve_learning_rate Learning rate of the step
            espalier_curve_learning_rate%1$s 1.0e-4 1769860801.500
            # EOF
            """
                .formatted(labels));
  }

  @Test
  void curvesOfSeveralRunsAreInOneFamily() {
    List<Point> points = List.of(new Point(1, 0.5, null, null, null, null));
    String text =
        ExactCurves.openMetrics(
            List.of(
                training("a", Duration.ofSeconds(1), points),
                training("say \"b\"", Duration.ZERO, points)));
    assertThat(text.lines().filter(line -> line.startsWith("espalier_curve_loss")))
        .containsExactly(
            "espalier_curve_loss{experiment=\"a\",run=\"a\",stage=\"finetune\"} 0.5 1769860801.000",
            "espalier_curve_loss{experiment=\"say \\\"b\\\"\",run=\"say \\\"b\\\"\","
                + "stage=\"finetune\"} 0.5 1769860800.001");
    assertThat(text.lines().filter(line -> line.startsWith("# TYPE espalier_curve_loss ")))
        .hasSize(1);
  }

  private static ExactCurves.Training training(String run, Duration pace, List<Point> points) {
    return new ExactCurves.Training(run, "finetune", START, pace, points);
  }
}
