package dev.espalier.activities.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.shelf.StoreListener;
import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StageMetersTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final StageMeters meters = new StageMeters(registry);

  @Test
  void everyMetricIsExportedUnderItsFixedName() {
    everything();

    assertThat(names(registry.scrape()))
        .containsExactlyInAnyOrderElementsOf(MetricNames.exported());
    assertThat(MetricNames.exported())
        .containsExactlyInAnyOrder(
            "espalier_train_loss",
            "espalier_train_validation_loss",
            "espalier_train_learning_rate",
            "espalier_train_gradient_norm",
            "espalier_train_step",
            "espalier_train_images_per_second",
            "espalier_train_planned_steps",
            "espalier_train_resumed_step",
            "espalier_train_steps_total",
            "espalier_train_images_total",
            "espalier_checkpoint_step",
            "espalier_checkpoint_age_seconds",
            "espalier_checkpoints_written_total",
            "espalier_checkpoint_written_bytes_total",
            "espalier_checkpoint_failures_total",
            "espalier_checkpoint_write_seconds_bucket",
            "espalier_checkpoint_write_seconds_count",
            "espalier_checkpoint_write_seconds_sum",
            "espalier_checkpoint_write_seconds_max",
            "espalier_checkpoint_stall_seconds_total",
            "espalier_stage_start_time_seconds",
            "espalier_stage_silence_seconds",
            "espalier_stages_total",
            "espalier_stage_failures_total",
            "espalier_stage_duration_seconds_bucket",
            "espalier_stage_duration_seconds_count",
            "espalier_stage_duration_seconds_sum",
            "espalier_stage_duration_seconds_max",
            "espalier_evaluate_frechet_distance",
            "espalier_evaluate_ssim",
            "espalier_evaluate_measure",
            "espalier_evaluate_parameters",
            "espalier_evaluate_macs",
            "espalier_evaluate_images_per_second",
            "espalier_evaluate_arm",
            "espalier_store_request_seconds_bucket",
            "espalier_store_request_seconds_count",
            "espalier_store_request_seconds_sum",
            "espalier_store_request_seconds_max");
  }

  @Test
  void everyMetricHasItsHelpAndItsLabels() {
    everything();
    String scrape = registry.scrape();

    for (MetricNames metric : MetricNames.values()) {
      assertThat(scrape).as(metric.name()).contains(metric.help());
      String series = metric.series().get(0);
      String sample = scrape.lines().filter(l -> l.startsWith(series + "{")).findFirst().orElse("");
      assertThat(metric.labels()).allMatch(label -> sample.contains(label + "=\""), sample);
    }
  }

  @Test
  void gaugesShowTheLatestValueAndGoWithTheStage() {
    StageMeters.Scope scope = meters.open("sweep", "arm-1", "finetune");
    scope.step(1, 32, 0.9, 1e-3, 2.5);
    scope.step(2, 32, 0.5, 1e-3, 2.5);
    assertThat(registry.scrape())
        .contains(
            "espalier_train_loss{experiment=\"sweep\",run=\"arm-1\",stage=\"finetune\"} 0.5\n")
        .contains(
            "espalier_train_step{experiment=\"sweep\",run=\"arm-1\",stage=\"finetune\"} 2.0\n");

    scope.done(StageMeters.Outcome.COMPUTED);
    scope.close();

    assertThat(registry.scrape())
        .doesNotContain("arm-1")
        .contains("espalier_train_steps_total{stage=\"finetune\"} 2.0\n")
        .contains("espalier_train_images_total{stage=\"finetune\"} 64.0\n")
        .contains("espalier_stages_total{outcome=\"computed\",stage=\"finetune\"} 1.0\n");
  }

  @Test
  void aScopeClosedWithoutAnOutcomeFailed() {
    meters.open("run", "prune").close();

    assertThat(registry.scrape())
        .contains("espalier_stages_total{outcome=\"failed\",stage=\"prune\"} 1.0\n");
  }

  @Test
  void aSecondAttemptTakesTheGaugesOver() {
    StageMeters.Scope first = meters.open("run", "finetune");
    first.step(1, 1, 0.1, 1, 1);
    StageMeters.Scope second = meters.open("run", "finetune");
    second.step(5, 1, 0.2, 1, 1);
    first.step(2, 1, 0.3, 1, 1);
    first.close();

    assertThat(registry.scrape())
        .contains("espalier_train_loss{experiment=\"run\",run=\"run\",stage=\"finetune\"} 0.2\n");
    second.close();
    assertThat(registry.scrape()).doesNotContain("espalier_train_loss");
  }

  @Test
  void aStageWithinAStageGivesTheGaugesBack() {
    StageMeters.Scope outer = meters.open("run", "evaluate");
    outer.alive(() -> 7);
    StageMeters.Scope inner = meters.open("run", "evaluate");
    inner.alive(() -> 2);
    assertThat(samples("espalier_stage_silence_seconds"))
        .singleElement()
        .asString()
        .endsWith(" 2.0");
    inner.close();
    assertThat(samples("espalier_stage_silence_seconds"))
        .singleElement()
        .asString()
        .endsWith(" 7.0");
    assertThat(samples("espalier_stage_start_time_seconds")).hasSize(1);
    outer.close();
    assertThat(registry.scrape()).doesNotContain("run=\"run\"");
  }

  @Test
  void aTrainingShowsWhatACrashWouldCost() {
    try (StageMeters.Scope scope = meters.open("run", "finetune")) {
      scope.training(40, 100);
      scope.step(41, 1, 0.5, 1, 1);
      assertThat(samples("espalier_checkpoint_step").get(0)).endsWith(" 40.0");
      assertThat(samples("espalier_train_planned_steps").get(0)).endsWith(" 100.0");
      assertThat(samples("espalier_train_resumed_step").get(0)).endsWith(" 40.0");
      scope.checkpoint(60, 1_000, Duration.ofMillis(20));
      assertThat(samples("espalier_checkpoint_step").get(0)).endsWith(" 60.0");
      assertThat(samples("espalier_train_resumed_step").get(0)).endsWith(" 40.0");
    }
  }

  @Test
  void anExperimentIsARunsIdWithoutItsHash() {
    assertThat(StageMeters.experiment("demo-0123456789ab")).isEqualTo("demo");
    assertThat(StageMeters.experiment("from-the-ui")).isEqualTo("from-the-ui");
    assertThat(StageMeters.experiment("-0123456789ab")).isEqualTo("-0123456789ab");
    assertThat(StageMeters.experiment("scheduled-nightly-2026-11-22T02:00:00Z"))
        .isEqualTo("scheduled-nightly");
  }

  @Test
  void evaluationsGoAfterAWhileUnlessTheyWereTakenAnew() {
    Queue<Runnable> later = new ArrayDeque<>();
    StageMeters brief = new StageMeters(registry, later::add);
    brief.evaluated(evaluation("old"));
    brief.evaluated(evaluation("new"));
    brief.evaluated(evaluation("old"));
    later.remove().run();
    assertThat(samples("espalier_evaluate_ssim")).hasSize(2);
    later.remove().run();
    assertThat(samples("espalier_evaluate_ssim")).hasSize(1);
    later.remove().run();
    assertThat(registry.scrape()).doesNotContain("espalier_evaluate");
  }

  @Test
  void anEvaluationTellsHowItsNetworkWasMade() {
    meters.evaluated(evaluation("run"));
    assertThat(samples("espalier_evaluate_arm").get(0))
        .contains("criterion=\"magnitude\"", "ratio=\"0.5\"", "svs=\"\"", "steps=\"\"")
        .endsWith(" 1.0");
  }

  @Test
  void evaluationsStayButNotWithoutBound() {
    for (int i = 0; i < 3 * StageMeters.EVALUATIONS; i++) meters.evaluated(evaluation("run-" + i));

    assertThat(samples("espalier_evaluate_frechet_distance")).hasSize(StageMeters.EVALUATIONS);
    assertThat(registry.scrape()).contains("run=\"run-191\"").doesNotContain("run=\"run-127\"");
  }

  @Test
  void anEvaluationTakesThePlaceOfAnEarlierOne() {
    meters.evaluated(evaluation("run"));
    meters.evaluated(
        new Evaluation("run", "run", "prune", "fashion-classifier", 9, 0.5, 10, 20, 30));

    assertThat(samples("espalier_evaluate_frechet_distance")).hasSize(1);
    assertThat(samples("espalier_evaluate_frechet_distance").get(0)).endsWith(" 9.0");
  }

  @Test
  void aMeasureIsShownWithTheEndsOfItsInterval() {
    meters.evaluated(evaluation("run"));
    String labels =
        "espalier_evaluate_measure{bound=\"%s\",experiment=\"run\",extractor=\"fashion-classifier\","
            + "measure=\"%s\",network=\"prune\",run=\"run\"} %s";
    assertThat(samples("espalier_evaluate_measure"))
        .containsExactlyInAnyOrder(
            labels.formatted("value", "ssim", "0.5"),
            labels.formatted("low", "ssim", "0.4"),
            labels.formatted("high", "ssim", "0.6"),
            labels.formatted("value", "mse", "0.1"));

    meters.evaluated(
        new Evaluation("run", "run", "prune", "fashion-classifier", 9, 0.5, 10, 20, 30));

    assertThat(samples("espalier_evaluate_measure")).isEmpty();
  }

  @Test
  void timersExportTheBucketsOfTheirObjectivesOnly() {
    everything();

    assertThat(samples("espalier_checkpoint_write_seconds_bucket")).hasSize(5);
  }

  private void everything() {
    StageMeters.Scope scope = meters.open("run", "finetune");
    scope.alive(() -> 1);
    scope.training(0, 10);
    scope.step(1, 32, 0.5, 1e-3, 2);
    scope.validationLoss(0.6);
    scope.checkpoint(1, 1_000, Duration.ofMillis(20));
    scope.checkpointFailed();
    scope.checkpointStall(0.02);
    scope.failed(new IllegalStateException("x"));
    StageMeters.Scope other = meters.open("other", "prune");
    other.done(StageMeters.Outcome.REUSED);
    other.close();
    meters.evaluated(evaluation("run"));
    new StoreMeters(registry).tried("put", StoreListener.Outcome.DONE, Duration.ofMillis(3));
  }

  private static Evaluation evaluation(String run) {
    return new Evaluation(
        run,
        run,
        "prune",
        "fashion-classifier",
        12.5,
        0.5,
        10,
        20,
        30,
        List.of(
            new Measure("ssim", 0.5, new Interval(0.4, 0.6), 100, ""),
            new Measure("mse", 0.1, null, 100, "")),
        Map.of("criterion", "magnitude", "ratio", "0.5"));
  }

  private List<String> samples(String name) {
    return registry.scrape().lines().filter(line -> line.startsWith(name + "{")).toList();
  }

  private static Set<String> names(String scrape) {
    return scrape
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("[{ ]")[0])
        .collect(Collectors.toSet());
  }
}
