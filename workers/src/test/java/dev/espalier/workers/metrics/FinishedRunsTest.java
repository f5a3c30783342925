package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.metrics.Evaluation;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.metrics.StageMeters.Outcome;
import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a scrape of a worker holds after it has served many runs. */
class FinishedRunsTest {
  /** What lets go of evaluations after their while. */
  private final Queue<Runnable> later = new ArrayDeque<>();

  @Test
  void theSeriesDoNotGrowWithTheRunsThatAreOver() throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.at(0)) {
      StageMeters meters = new StageMeters(endpoint.registry(), later::add);
      run(meters, 0);
      assertThat(ofRuns(endpoint)).isNotEmpty();
      Set<String> afterOne = settled(endpoint);

      int most = 0;
      for (int i = 1; i < 100; i++) {
        run(meters, i);
        most = Math.max(most, ofRuns(endpoint).size());
      }

      assertThat(settled(endpoint)).isEqualTo(afterOne);
      // What was shown at a time: so many evaluations with 6 gauges and 4 measures each.
      assertThat(most).isEqualTo(StageMeters.EVALUATIONS * 10);
    }
  }

  /** All stages of one run, the training interrupted once. */
  private static void run(StageMeters meters, int number) {
    String run = String.format("sweep-%012x", number);
    for (String stage : List.of("prune", "svs")) {
      try (StageMeters.Scope scope = meters.open(run, stage)) {
        scope.alive(() -> 0.5);
        scope.done(Outcome.COMPUTED);
      }
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      try (StageMeters.Scope scope = meters.open(run, "finetune")) {
        scope.alive(() -> 0.5);
        scope.training(5 * attempt, 10);
        scope.step(5 * attempt + 1, 8, 0.5, 1e-3, 2);
        scope.validationLoss(0.4);
        scope.checkpoint(5 * attempt + 5, 1_000, Duration.ofMillis(5));
        scope.checkpointStall(0.001);
        if (attempt == 0) scope.failed(new IllegalStateException("interrupted"));
        else scope.done(Outcome.COMPUTED);
      }
    }
    for (String network : List.of("dense", "prune", "finetune")) {
      try (StageMeters.Scope scope = meters.open(run, "evaluate")) {
        scope.done(Outcome.COMPUTED);
      }
      meters.evaluated(evaluation(run, network));
    }
  }

  private static Evaluation evaluation(String run, String network) {
    return new Evaluation(
        "sweep",
        run,
        network,
        "inception",
        12.5,
        0.5,
        10,
        20,
        30,
        List.of(
            new Measure("frechet-distance", 12.5, new Interval(12, 13), 100, ""),
            new Measure("mse", 0.1, null, 100, "")),
        Map.of("criterion", "magnitude", "ratio", "0.5", "seed", run));
  }

  /** The series when no evaluation is shown any more, those of the Java machine left out. */
  private Set<String> settled(MetricsEndpoint endpoint) throws Exception {
    while (!later.isEmpty()) later.remove().run();
    assertThat(ofRuns(endpoint)).isEmpty();
    return series(endpoint).stream()
        .filter(series -> series.startsWith("espalier_"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> ofRuns(MetricsEndpoint endpoint) throws Exception {
    return series(endpoint).stream()
        .filter(series -> series.contains("run=\""))
        .collect(Collectors.toSet());
  }

  /** Names with labels. */
  private static Set<String> series(MetricsEndpoint endpoint) throws Exception {
    return ExportedMetrics.scrape(endpoint)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(Collectors.toSet());
  }
}
