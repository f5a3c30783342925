package dev.espalier.activities.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every metric of Espalier's own: name, type, unit, what it says, and its labels. Dashboards and
 * alerts use {@link #exported()}.
 */
public enum MetricNames {
  TRAIN_LOSS(
      "espalier.train.loss",
      Meter.Type.GAUGE,
      null,
      "Training loss of the latest step",
      Labels.RUN),
  TRAIN_VALIDATION_LOSS(
      "espalier.train.validation.loss",
      Meter.Type.GAUGE,
      null,
      "Latest loss on images held out from training",
      Labels.RUN),
  TRAIN_LEARNING_RATE(
      "espalier.train.learning.rate",
      Meter.Type.GAUGE,
      null,
      "Learning rate of the latest step",
      Labels.RUN),
  TRAIN_GRADIENT_NORM(
      "espalier.train.gradient.norm",
      Meter.Type.GAUGE,
      null,
      "Global gradient norm of the latest step, before clipping",
      Labels.RUN),
  TRAIN_STEP(
      "espalier.train.step", Meter.Type.GAUGE, null, "Optimizer steps done so far", Labels.RUN),
  TRAIN_IMAGES_PER_SECOND(
      "espalier.train.images.per.second",
      Meter.Type.GAUGE,
      null,
      "Training throughput, in images per second",
      Labels.RUN),
  TRAIN_PLANNED_STEPS(
      "espalier.train.planned.steps",
      Meter.Type.GAUGE,
      null,
      "Optimizer steps that the training takes in all",
      Labels.RUN),
  TRAIN_RESUMED_STEP(
      "espalier.train.resumed.step",
      Meter.Type.GAUGE,
      null,
      "Step of the checkpoint that the attempt at work went on from; 0 without one",
      Labels.RUN),

  TRAIN_STEPS(
      "espalier.train.steps",
      Meter.Type.COUNTER,
      null,
      "Optimizer steps taken, those redone after a failure counted again",
      List.of("stage")),
  TRAIN_IMAGES(
      "espalier.train.images", Meter.Type.COUNTER, null, "Images trained on", List.of("stage")),

  CHECKPOINT_STEP(
      "espalier.checkpoint.step",
      Meter.Type.GAUGE,
      null,
      "Step of the newest checkpoint of the training at work; 0 without one",
      Labels.RUN),
  CHECKPOINT_AGE(
      "espalier.checkpoint.age",
      Meter.Type.GAUGE,
      "seconds",
      "Time since the newest checkpoint was committed, or since the attempt at work began",
      Labels.RUN),
  CHECKPOINTS_WRITTEN(
      "espalier.checkpoints.written",
      Meter.Type.COUNTER,
      null,
      "Checkpoints committed",
      List.of("stage")),
  CHECKPOINT_BYTES(
      "espalier.checkpoint.written",
      Meter.Type.COUNTER,
      "bytes",
      "Bytes of the checkpoints committed",
      List.of("stage")),
  CHECKPOINT_FAILURES(
      "espalier.checkpoint.failures",
      Meter.Type.COUNTER,
      null,
      "Checkpoints that could not be committed",
      List.of("stage")),
  CHECKPOINT_WRITE(
      "espalier.checkpoint.write",
      Meter.Type.TIMER,
      null,
      "Time from the first part of a checkpoint to its commit",
      List.of("stage")),
  CHECKPOINT_STALL(
      "espalier.checkpoint.stall",
      Meter.Type.COUNTER,
      "seconds",
      "Time for which training steps waited for copies of the state",
      List.of("stage")),

  STAGE_START_TIME(
      "espalier.stage.start.time",
      Meter.Type.GAUGE,
      "seconds",
      "When the attempt at work began, in Unix time",
      Labels.RUN),
  STAGE_SILENCE(
      "espalier.stage.silence",
      Meter.Type.GAUGE,
      "seconds",
      "Time since the stage at work gave a sign of life of its own",
      Labels.RUN),
  STAGES(
      "espalier.stages",
      Meter.Type.COUNTER,
      null,
      "Stages ended, by outcome: computed, reused or failed",
      List.of("stage", "outcome")),
  STAGE_FAILURES(
      "espalier.stage.failures",
      Meter.Type.COUNTER,
      null,
      "Attempts of stages that failed, by the failure's type",
      List.of("stage", "type")),
  STAGE_DURATION(
      "espalier.stage.duration",
      Meter.Type.TIMER,
      null,
      "Time an attempt of a stage took",
      List.of("stage", "outcome")),

  EVALUATE_FRECHET_DISTANCE(
      "espalier.evaluate.frechet.distance",
      Meter.Type.GAUGE,
      null,
      "Fréchet distance to the data in the features of the extractor",
      Labels.EVALUATION),
  EVALUATE_SSIM(
      "espalier.evaluate.ssim",
      Meter.Type.GAUGE,
      null,
      "Mean structural similarity to the dense network's images from the same noise",
      Labels.EVALUATION),
  EVALUATE_MEASURE(
      "espalier.evaluate.measure",
      Meter.Type.GAUGE,
      null,
      "Every measure of the evaluated network: its value, and the ends low and high of its interval",
      Labels.MEASURE),
  EVALUATE_PARAMETERS(
      "espalier.evaluate.parameters",
      Meter.Type.GAUGE,
      null,
      "Parameters of the evaluated network",
      Labels.EVALUATION),
  EVALUATE_MACS(
      "espalier.evaluate.macs",
      Meter.Type.GAUGE,
      null,
      "Multiply-accumulates of one forward pass of one image",
      Labels.EVALUATION),
  EVALUATE_IMAGES_PER_SECOND(
      "espalier.evaluate.images.per.second",
      Meter.Type.GAUGE,
      null,
      "Sampling throughput, in images per second",
      Labels.EVALUATION),
  EVALUATE_ARM(
      "espalier.evaluate.arm",
      Meter.Type.GAUGE,
      null,
      "1; the labels say how the evaluated network was made",
      Labels.ARM),

  STORE_REQUEST(
      "espalier.store.request",
      Meter.Type.TIMER,
      null,
      "Time that one try of an operation of the object store took, by outcome: done, unavailable or"
          + " refused",
      List.of("operation", "outcome"));

  private final String dotted;
  private final Meter.Type type;
  private final @Nullable String unit;
  private final String help;
  private final List<String> labels;

  MetricNames(
      String dotted, Meter.Type type, @Nullable String unit, String help, List<String> labels) {
    this.dotted = dotted;
    this.type = type;
    this.unit = unit;
    this.help = help;
    this.labels = labels;
  }

  /** Name as Micrometer has it. */
  public String dotted() {
    return dotted;
  }

  public Meter.Type type() {
    return type;
  }

  public @Nullable String unit() {
    return unit;
  }

  /** What the metric says, in one line. */
  public String help() {
    return help;
  }

  /** Label names, in the order in which their values are given. */
  public List<String> labels() {
    return labels;
  }

  /** The series that a scrape shows for this metric. */
  public List<String> series() {
    String name = new PrometheusNamingConvention().name(dotted, type, unit);
    return switch (type) {
      case COUNTER -> List.of(name + "_total");
      case TIMER -> Stream.of("_bucket", "_count", "_sum", "_max").map(s -> name + s).toList();
      default -> List.of(name);
    };
  }

  /** All series of all metrics, as Prometheus knows them. */
  public static List<String> exported() {
    return Arrays.stream(values()).flatMap(metric -> metric.series().stream()).toList();
  }

  private static final class Labels {
    static final List<String> RUN = List.of("experiment", "run", "stage");
    static final List<String> EVALUATION = List.of("experiment", "run", "network", "extractor");
    static final List<String> MEASURE =
        List.of("experiment", "run", "network", "extractor", "measure", "bound");
    static final List<String> ARM =
        Stream.concat(EVALUATION.stream(), Evaluation.SETTINGS.stream()).toList();
  }
}
