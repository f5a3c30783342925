package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.compression.evaluate.Metric;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The number that a sweep ranks its arms by, and that its search makes small or large. */
public enum Objective {
  FRECHET_DISTANCE(Metric.FRECHET_DISTANCE, false),
  PRECISION(Metric.PRDC, true),
  RECALL(Metric.PRDC, true),
  DENSITY(Metric.PRDC, true),
  COVERAGE(Metric.PRDC, true),
  SSIM(Metric.SSIM, true),
  MSE(Metric.MSE, false),
  SLICED_WASSERSTEIN(Metric.SLICED_WASSERSTEIN, false),
  INCEPTION_SCORE(Metric.INCEPTION_SCORE, true),
  VALIDATION_LOSS(null, false);

  private final @Nullable Metric metric;
  private final boolean largest;

  Objective(@Nullable Metric metric, boolean largest) {
    this.metric = metric;
    this.largest = largest;
  }

  /** As a sweep has it: {@code frechet-distance}. */
  @JsonValue
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The objective called {@code label}.
   *
   * @throws InvalidInput naming those there are
   */
  @JsonCreator
  public static Objective of(String label) {
    return Arrays.stream(values())
        .filter(objective -> objective.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInput(
                    "objective is '"
                        + label
                        + "'; legal are "
                        + Arrays.stream(values())
                            .map(Objective::label)
                            .collect(Collectors.joining(", "))));
  }

  /** Whether more is better. */
  public boolean largest() {
    return largest;
  }

  /**
   * Checks that a plan measures it.
   *
   * @throws InvalidInput naming what is missing
   */
  public void requireMeasured(CompressionPlan plan) {
    EvaluateConfig evaluate = plan.evaluate();
    InvalidInput.require(
        metric == null || evaluate.asks(metric),
        "the objective is %s, which evaluate.metrics leaves out; legal is a list with %s in it",
        label(),
        metric == null ? "" : metric.label());
    InvalidInput.require(
        metric != null || plan.finetunes(),
        "the objective is validation-loss and finetune.steps is 0; legal is 1 or more");
  }

  /** The number itself; NaN where it was not measured. */
  double of(CompressionResult result) {
    EvaluateActivity.Result measured = result.finetuned();
    return switch (this) {
      case FRECHET_DISTANCE -> measured.frechetDistance();
      case SSIM -> measured.ssim();
      case VALIDATION_LOSS ->
          result.finetune() == null ? Double.NaN : result.finetune().validationLoss();
      default -> measured.measure(label()).map(Measure::value).orElse(Double.NaN);
    };
  }

  /** The smaller the better; infinite where there is no number. */
  double loss(double value) {
    if (!Double.isFinite(value)) return Double.POSITIVE_INFINITY;
    return largest ? -value : value;
  }
}
