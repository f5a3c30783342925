package dev.espalier.activities.metrics;

import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The meters of the stages in one registry. Gauges that carry a run exist while its stage runs; an
 * evaluation's stay for a while longer, as the stage ends with them, and at most {@value
 * #EVALUATIONS} evaluations are shown. Counters and timers carry no run.
 */
public final class StageMeters {
  /** How many evaluations are shown, the latest ones. */
  public static final int EVALUATIONS = 64;

  private static final Duration[] CHECKPOINT_OBJECTIVES = seconds(0.1, 1, 10, 60);
  private static final Duration[] STAGE_OBJECTIVES = seconds(1, 10, 60, 900, 14_400);

  private final MeterRegistry registry;
  private final Map<List<String>, Scope> scopes = new LinkedHashMap<>();
  private final Map<List<String>, List<Meter>> evaluations = new LinkedHashMap<>();

  public StageMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** How a stage ended. */
  public enum Outcome {
    COMPUTED,
    REUSED,
    FAILED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Opens the gauges of one run's stage. A second scope of the same run and stage takes them over.
   *
   * @param experiment the sweep, or the run itself where there is none
   */
  public synchronized Scope open(String experiment, String run, String stage) {
    List<String> labels = List.of(experiment, run, stage);
    Scope before = scopes.remove(labels);
    if (before != null) before.removeGauges();
    Scope scope = new Scope(labels, stage);
    scopes.put(labels, scope);
    return scope;
  }

  /** As {@link #open(String, String, String)}, of a run that belongs to no sweep. */
  public Scope open(String run, String stage) {
    return open(run, run, stage);
  }

  /** Shows an evaluation, in place of an earlier one of the same network of the same run. */
  public synchronized void evaluated(Evaluation e) {
    List<String> labels = List.of(e.experiment(), e.run(), e.network(), e.extractor());
    evaluations.getOrDefault(labels, List.of()).forEach(registry::remove);
    evaluations.remove(labels);
    List<Meter> shown = new ArrayList<>();
    shown.add(gauge(MetricNames.EVALUATE_FRECHET_DISTANCE, labels, e::frechetDistance));
    shown.add(gauge(MetricNames.EVALUATE_SSIM, labels, e::ssim));
    shown.add(gauge(MetricNames.EVALUATE_PARAMETERS, labels, e::parameters));
    shown.add(gauge(MetricNames.EVALUATE_MACS, labels, e::macs));
    shown.add(gauge(MetricNames.EVALUATE_IMAGES_PER_SECOND, labels, e::imagesPerSecond));
    for (Measure measure : e.measures()) {
      shown.add(measure(labels, measure, "value", measure.value()));
      Interval interval = measure.interval();
      if (interval == null) continue;
      shown.add(measure(labels, measure, "low", interval.low()));
      shown.add(measure(labels, measure, "high", interval.high()));
    }
    evaluations.put(labels, shown);
    Iterator<List<Meter>> oldest = evaluations.values().iterator();
    while (evaluations.size() > EVALUATIONS) {
      oldest.next().forEach(registry::remove);
      oldest.remove();
    }
  }

  private Meter measure(List<String> evaluation, Measure measure, String bound, double value) {
    List<String> labels = new ArrayList<>(evaluation);
    labels.add(measure.name());
    labels.add(bound);
    return gauge(MetricNames.EVALUATE_MEASURE, labels, () -> value);
  }

  /** One stage of one run, from its start to its end. Closed without an outcome, it failed. */
  public final class Scope implements AutoCloseable {
    private static final double SMOOTHING = 0.9;

    private final List<String> labels;
    private final String stage;
    private final long start = System.nanoTime();
    private final Map<MetricNames, Value> values = new EnumMap<>(MetricNames.class);
    private final List<Meter> gauges = new ArrayList<>();
    private Outcome outcome = Outcome.FAILED;
    private long lastStep = start;

    private Scope(List<String> labels, String stage) {
      this.labels = labels;
      this.stage = stage;
    }

    /** One optimizer step was taken; {@code step} of them so far. */
    public void step(int step, int images, double loss, double learningRate, double gradientNorm) {
      counter(MetricNames.TRAIN_STEPS, stage).increment();
      counter(MetricNames.TRAIN_IMAGES, stage).increment(images);
      set(MetricNames.TRAIN_STEP, step);
      set(MetricNames.TRAIN_LOSS, loss);
      set(MetricNames.TRAIN_LEARNING_RATE, learningRate);
      set(MetricNames.TRAIN_GRADIENT_NORM, gradientNorm);
      set(MetricNames.TRAIN_IMAGES_PER_SECOND, throughput(images));
    }

    /** The loss on images held out. */
    public void validationLoss(double loss) {
      set(MetricNames.TRAIN_VALIDATION_LOSS, loss);
    }

    /** A checkpoint was committed. */
    public void checkpoint(long bytes, Duration took) {
      counter(MetricNames.CHECKPOINTS_WRITTEN, stage).increment();
      counter(MetricNames.CHECKPOINT_BYTES, stage).increment(bytes);
      timer(MetricNames.CHECKPOINT_WRITE, CHECKPOINT_OBJECTIVES, stage).record(took);
    }

    /** The training waited so long for the copy of a state. */
    public void checkpointStall(double seconds) {
      counter(MetricNames.CHECKPOINT_STALL, stage).increment(seconds);
    }

    /** A checkpoint could not be committed. */
    public void checkpointFailed() {
      counter(MetricNames.CHECKPOINT_FAILURES, stage).increment();
    }

    /** The stage failed so. */
    public void failed(Throwable failure) {
      outcome = Outcome.FAILED;
      counter(MetricNames.STAGE_FAILURES, stage, failure.getClass().getSimpleName()).increment();
    }

    /** The stage has its result: computed or reused. */
    public void done(Outcome how) {
      outcome = how;
    }

    /** Seconds since the scope was opened. */
    public double seconds() {
      return (System.nanoTime() - start) / 1e9;
    }

    /** Counts the outcome and removes this run's gauges. */
    @Override
    public void close() {
      counter(MetricNames.STAGES, stage, outcome.label()).increment();
      timer(MetricNames.STAGE_DURATION, STAGE_OBJECTIVES, stage, outcome.label())
          .record(Duration.ofNanos(System.nanoTime() - start));
      synchronized (StageMeters.this) {
        scopes.remove(labels, this);
        removeGauges();
      }
    }

    private double throughput(int images) {
      long now = System.nanoTime();
      double latest = images / Math.max(1e-9, (now - lastStep) / 1e9);
      lastStep = now;
      Value before = values.get(MetricNames.TRAIN_IMAGES_PER_SECOND);
      return before == null ? latest : SMOOTHING * before.now + (1 - SMOOTHING) * latest;
    }

    private void set(MetricNames metric, double now) {
      Value value = values.get(metric);
      if (value == null) {
        value = show(metric);
        values.put(metric, value);
      }
      value.now = now;
    }

    private Value show(MetricNames metric) {
      Value value = new Value();
      synchronized (StageMeters.this) {
        if (scopes.get(labels) == this) gauges.add(gauge(metric, labels, () -> value.now));
      }
      return value;
    }

    private void removeGauges() {
      gauges.forEach(registry::remove);
      gauges.clear();
    }
  }

  private static final class Value {
    private volatile double now;
  }

  private Meter gauge(MetricNames metric, List<String> values, Supplier<Number> value) {
    return Gauge.builder(metric.dotted(), value)
        .description(metric.help())
        .tags(tags(metric, values))
        .register(registry);
  }

  private Counter counter(MetricNames metric, String... values) {
    return Counter.builder(metric.dotted())
        .baseUnit(metric.unit())
        .description(metric.help())
        .tags(tags(metric, List.of(values)))
        .register(registry);
  }

  private Timer timer(MetricNames metric, Duration[] objectives, String... values) {
    return Timer.builder(metric.dotted())
        .description(metric.help())
        .tags(tags(metric, List.of(values)))
        .serviceLevelObjectives(objectives)
        .register(registry);
  }

  private static Tags tags(MetricNames metric, List<String> values) {
    Tags tags = Tags.empty();
    for (int i = 0; i < values.size(); i++) tags = tags.and(metric.labels().get(i), values.get(i));
    return tags;
  }

  private static Duration[] seconds(double... seconds) {
    return Arrays.stream(seconds)
        .mapToObj(s -> Duration.ofMillis(Math.round(s * 1_000)))
        .toArray(Duration[]::new);
  }
}
