package dev.espalier.activities.metrics;

import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The meters of the stages in one registry. Gauges that carry a run exist while its stage runs; an
 * evaluation's stay for {@link #SHOWN} longer, as the stage ends with them, and at most {@value
 * #EVALUATIONS} evaluations are shown. Counters and timers carry no run.
 */
public final class StageMeters {
  /** How many evaluations are shown, the latest ones. */
  public static final int EVALUATIONS = 64;

  /** For how long an evaluation is shown, so that a scrape finds it. */
  public static final Duration SHOWN = Duration.ofMinutes(10);

  private static final double[] CHECKPOINT_OBJECTIVES = {0.1, 1, 10, 60};
  private static final double[] STAGE_OBJECTIVES = {1, 10, 60, 900, 14_400};

  private final NamedMeters meters;
  private final Executor later;
  private final Map<List<String>, Scope> scopes = new LinkedHashMap<>();
  private final Map<List<String>, Shown> evaluations = new LinkedHashMap<>();

  public StageMeters(MeterRegistry registry) {
    this(registry, CompletableFuture.delayedExecutor(SHOWN.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Evaluations are shown until {@code later} carries out what it is given. */
  public StageMeters(MeterRegistry registry, Executor later) {
    this.meters = new NamedMeters(registry);
    this.later = later;
  }

  /**
   * What a run is one of: its id without the hash of its plan, which is the name of its sweep, of
   * its recipe or of its network; without the time, if a schedule started it; else the whole id.
   */
  public static String experiment(String run) {
    return ObjectNames.withoutTime(run).replaceFirst("(?<=.)-[0-9a-f]{12}$", "");
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

  private Timer duration(String stage, Outcome outcome) {
    return meters.timer(MetricNames.STAGE_DURATION, STAGE_OBJECTIVES, stage, outcome.label());
  }

  /**
   * Opens the gauges of one run's stage. A second scope of the same run and stage takes them over
   * until it is closed, as does a stage within a stage.
   *
   * @param experiment what the run is one of
   */
  public synchronized Scope open(String experiment, String run, String stage) {
    List<String> labels = List.of(experiment, run, stage);
    Scope before = scopes.get(labels);
    if (before != null) before.removeGauges();
    // Shown as none until then: a rate sees no first increase of what was not there before.
    meters.counter(MetricNames.STAGES, stage, Outcome.COMPUTED.label());
    duration(stage, Outcome.COMPUTED);
    Scope scope = new Scope(labels, stage, before);
    scopes.put(labels, scope);
    double now = System.currentTimeMillis() / 1e3;
    scope.show(MetricNames.STAGE_START_TIME, () -> now);
    return scope;
  }

  /** As {@link #open(String, String, String)}, of a run of the {@link #experiment} in its id. */
  public Scope open(String run, String stage) {
    return open(experiment(run), run, stage);
  }

  /** Shows an evaluation, in place of an earlier one of the same network of the same run. */
  public synchronized void evaluated(Evaluation e) {
    List<String> labels = List.of(e.experiment(), e.run(), e.network(), e.extractor());
    Shown before = evaluations.remove(labels);
    if (before != null) before.remove();
    Shown shown = new Shown();
    shown.add(MetricNames.EVALUATE_FRECHET_DISTANCE, labels, e.frechetDistance());
    shown.add(MetricNames.EVALUATE_SSIM, labels, e.ssim());
    shown.add(MetricNames.EVALUATE_PARAMETERS, labels, e.parameters());
    shown.add(MetricNames.EVALUATE_MACS, labels, e.macs());
    shown.add(MetricNames.EVALUATE_IMAGES_PER_SECOND, labels, e.imagesPerSecond());
    List<String> settings =
        Evaluation.SETTINGS.stream().map(name -> e.settings().getOrDefault(name, "")).toList();
    shown.add(MetricNames.EVALUATE_ARM, and(labels, settings), 1);
    for (Measure measure : e.measures()) {
      shown.add(measure, labels, "value", measure.value());
      Interval interval = measure.interval();
      if (interval == null) continue;
      shown.add(measure, labels, "low", interval.low());
      shown.add(measure, labels, "high", interval.high());
    }
    evaluations.put(labels, shown);
    Iterator<Shown> oldest = evaluations.values().iterator();
    while (evaluations.size() > EVALUATIONS) {
      oldest.next().remove();
      oldest.remove();
    }
    later.execute(() -> forget(labels, shown));
  }

  /** Unless another evaluation took its place. */
  private synchronized void forget(List<String> labels, Shown shown) {
    if (evaluations.remove(labels, shown)) shown.remove();
  }

  private static List<String> and(List<String> labels, List<String> more) {
    return Stream.concat(labels.stream(), more.stream()).toList();
  }

  /** The gauges of one evaluation. */
  private final class Shown {
    private final List<Meter> gauges = new ArrayList<>();

    void add(MetricNames metric, List<String> labels, double value) {
      gauges.add(meters.gauge(metric, labels, () -> value));
    }

    void add(Measure measure, List<String> labels, String bound, double value) {
      add(MetricNames.EVALUATE_MEASURE, and(labels, List.of(measure.name(), bound)), value);
    }

    void remove() {
      gauges.forEach(meters::remove);
    }
  }

  /** One stage of one run, from its start to its end. Closed without an outcome, it failed. */
  public final class Scope implements AutoCloseable {
    private static final double SMOOTHING = 0.9;

    private final List<String> labels;
    private final String stage;
    private final long start = System.nanoTime();
    private final Map<MetricNames, Value> values = new EnumMap<>(MetricNames.class);
    private final @Nullable Scope before;
    private final Map<MetricNames, Supplier<Number>> shown = new EnumMap<>(MetricNames.class);
    private final List<Meter> gauges = new ArrayList<>();
    private boolean closed;
    private Outcome outcome = Outcome.FAILED;
    private long lastStep = start;
    private volatile int checkpointStep;
    private volatile long checkpointAt = start;

    private Scope(List<String> labels, String stage, @Nullable Scope before) {
      this.labels = labels;
      this.stage = stage;
      this.before = before;
    }

    /**
     * Shows for how long the stage has given no sign of life.
     *
     * @param silence in seconds
     */
    public void alive(DoubleSupplier silence) {
      show(MetricNames.STAGE_SILENCE, silence::getAsDouble);
    }

    /**
     * The stage trains.
     *
     * @param resumedFrom step of the checkpoint it goes on from; 0 without one
     * @param steps that it is to take in all
     */
    public void training(int resumedFrom, int steps) {
      checkpointStep = resumedFrom;
      show(MetricNames.TRAIN_RESUMED_STEP, () -> resumedFrom);
      show(MetricNames.TRAIN_PLANNED_STEPS, () -> steps);
      show(MetricNames.CHECKPOINT_STEP, () -> checkpointStep);
      show(MetricNames.CHECKPOINT_AGE, () -> (System.nanoTime() - checkpointAt) / 1e9);
    }

    /** One optimizer step was taken; {@code step} of them so far. */
    public void step(int step, int images, double loss, double learningRate, double gradientNorm) {
      meters.counter(MetricNames.TRAIN_STEPS, stage).increment();
      meters.counter(MetricNames.TRAIN_IMAGES, stage).increment(images);
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

    /**
     * A checkpoint was committed; heard on any thread.
     *
     * @param step of the training; of other stages, whose step is not shown, any number
     */
    public void checkpoint(int step, long bytes, Duration took) {
      checkpointStep = step;
      checkpointAt = System.nanoTime();
      meters.counter(MetricNames.CHECKPOINTS_WRITTEN, stage).increment();
      meters.counter(MetricNames.CHECKPOINT_BYTES, stage).increment(bytes);
      meters.timer(MetricNames.CHECKPOINT_WRITE, CHECKPOINT_OBJECTIVES, stage).record(took);
    }

    /** The training waited so long for the copy of a state. */
    public void checkpointStall(double seconds) {
      meters.counter(MetricNames.CHECKPOINT_STALL, stage).increment(seconds);
    }

    /** A checkpoint could not be committed. */
    public void checkpointFailed() {
      meters.counter(MetricNames.CHECKPOINT_FAILURES, stage).increment();
    }

    /** The stage failed so. */
    public void failed(Throwable failure) {
      outcome = Outcome.FAILED;
      String type = failure.getClass().getSimpleName();
      meters.counter(MetricNames.STAGE_FAILURES, stage, type).increment();
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
      meters.counter(MetricNames.STAGES, stage, outcome.label()).increment();
      duration(stage, outcome).record(Duration.ofNanos(System.nanoTime() - start));
      synchronized (StageMeters.this) {
        closed = true;
        removeGauges();
        if (scopes.remove(labels, this) && before != null) before.showAgain();
      }
    }

    private void showAgain() {
      if (closed) {
        if (before != null) before.showAgain();
        return;
      }
      scopes.put(labels, this);
      shown.forEach((metric, value) -> gauges.add(meters.gauge(metric, labels, value)));
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
        Value shown = new Value();
        show(metric, () -> shown.now);
        values.put(metric, shown);
        value = shown;
      }
      value.now = now;
    }

    /** Unless another scope has taken the gauges over. */
    private void show(MetricNames metric, Supplier<Number> value) {
      synchronized (StageMeters.this) {
        shown.put(metric, value);
        if (scopes.get(labels) == this) gauges.add(meters.gauge(metric, labels, value));
      }
    }

    private void removeGauges() {
      gauges.forEach(meters::remove);
      gauges.clear();
    }
  }

  private static final class Value {
    private volatile double now;
  }
}
