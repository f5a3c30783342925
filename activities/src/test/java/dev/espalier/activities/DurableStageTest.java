package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.DurableStage.Derivation;
import dev.espalier.activities.DurableStage.Done;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Servers;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.compression.Json;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableStageTest {
  @TempDir Path cache;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger computed = new AtomicInteger();
  private Shelf shelf;
  private DurableStage stage;

  @BeforeEach
  void open() {
    shelf = new Shelf(ObjectStore.open(S3Servers.s3Proxy().config()), cache, Map.of());
    stage = new DurableStage(shelf, new StageMeters(registry));
  }

  @Test
  void aStageIsComputedOnceForAllRunsThatShareIt() throws Exception {
    Done first = run("run-1", 0.5);
    Done second = run("run-2", 0.5);
    Done other = run("run-3", 0.7);

    assertThat(computed.get()).isEqualTo(2);
    assertThat(first.reused()).isFalse();
    assertThat(second.reused()).isTrue();
    assertThat(second.artifact().manifest()).isEqualTo(first.artifact().manifest());
    assertThat(other.artifact().prefix()).isNotEqualTo(first.artifact().prefix());
    assertThat(registry.scrape())
        .contains("espalier_stages_total{outcome=\"computed\",stage=\"prune\"} 2.0\n")
        .contains("espalier_stages_total{outcome=\"reused\",stage=\"prune\"} 1.0\n");
  }

  @Test
  void aDamagedResultIsComputedAgain() throws Exception {
    Done first = run("run-1", 0.5);
    shelf.store().put(first.artifact().prefix() + "/network", "torn".getBytes(UTF_8));

    Done again = run("run-1", 0.5);

    assertThat(again.reused()).isFalse();
    again.artifact().verify();
    assertThat(run("run-1", 0.5).reused()).isTrue();
  }

  @Test
  void aFailureIsCountedByItsTypeAndLeavesNothing() throws Exception {
    try (Liveness liveness = liveness()) {
      assertThatThrownBy(
              () ->
                  stage.run(
                      derivation("run", 0.5),
                      liveness,
                      (step, staging) -> {
                        staging.add("network", new byte[5]);
                        throw new IllegalStateException("out of luck");
                      }))
          .hasMessage("out of luck");
    }

    assertThat(registry.scrape())
        .contains(
            "espalier_stage_failures_total{stage=\"prune\",type=\"IllegalStateException\"} 1.0\n")
        .contains("espalier_stages_total{outcome=\"failed\",stage=\"prune\"} 1.0\n");
    assertThat(run("run", 0.5).reused()).isFalse();
  }

  @Test
  void aKilledTrainingGoesOnFromItsNewestCheckpointAndItsGhostIsStopped() throws Exception {
    Derivation derivation = derivation("run", 0.5);
    Checkpoints ghost = shelf.checkpoints("prune", derivation.key());
    ghost.stage(10).add("state", new byte[] {10}).commit();

    try (Liveness liveness = liveness()) {
      Done done =
          stage.run(
              derivation,
              liveness,
              (step, staging) -> {
                Checkpoints mine = step.shelf().checkpoints("prune", step.key());
                Checkpoints.Checkpoint from = mine.newestVerified(10).orElseThrow();
                byte state = from.artifact().bytes("state")[0];
                for (int n = from.step() + 1; n <= 20; n++) state++;
                mine.stage(20).add("state", new byte[] {state}).commit();
                staging.add("network", new byte[] {state});
              });
      assertThat(done.artifact().bytes("network")).containsExactly(20);
    }
    assertThatThrownBy(() -> ghost.stage(15)).isInstanceOf(StaleAttempt.class);
  }

  private Done run(String run, double ratio) throws Exception {
    try (Liveness liveness = liveness()) {
      return stage.run(
          derivation(run, ratio),
          liveness,
          (step, staging) -> {
            computed.incrementAndGet();
            staging
                .add("network", ("pruned at " + ratio).getBytes(UTF_8))
                .numbers(Map.of("ratio", ratio));
          });
    }
  }

  private static Derivation derivation(String run, double ratio) {
    return new Derivation(
        run, "prune", 1, Json.MAPPER.valueToTree(Map.of("ratio", ratio)), List.of("networks/x"));
  }

  private static Liveness liveness() {
    return Liveness.open(d -> {}, Duration.ofSeconds(1), Duration.ofMinutes(1), "begin");
  }
}
