package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.prune;
import static dev.espalier.activities.StageBench.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StaleAttempt;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.workflows.EvaluateActivity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pruning and an evaluation by all metrics, with what lies below them: the calibration, the
 * dense network's evaluation, the real images' features, statistics and radii.
 */
class ResumedStagesTest {
  private static final Duration EACH_POINT = Duration.ZERO;
  private static final Duration NEVER = Duration.ofDays(1);

  /** Images are drawn in three batches of three steps, the last batch a smaller one. */
  private static final EvaluateConfig CONFIG =
      StageBench.json(
          EvaluateConfig.class,
          """
          {"samples": 14, "steps": 3, "batch": 6, "extractor": "tiny-classifier", "neighbours": 2,
           "directions": 10, "splits": 2, "bootstrap": 4,
           "metrics": ["frechet-distance", "prdc", "ssim", "mse", "sliced-wasserstein",
                       "inception-score"]}
          """);

  @TempDir private static Path elsewhere;
  private static Map<String, Object> uninterrupted;
  private static List<String> itsPoints;

  @TempDir private Path folder;
  private StageBench stages;
  private HeardHost host;

  /** As the server says it through a heartbeat. */
  private static final class ToldToStop extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Nothing is done any more after this. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  @BeforeAll
  static void runInOneGo() throws Exception {
    StageBench stages = new StageBench(elsewhere);
    HeardHost host = new HeardHost();
    work(stages, host, NEVER);
    uninterrupted = results(stages.shelf);
    itsPoints = host.points.stream().map(HeardHost.Point::where).toList();
    assertThat(uninterrupted).hasSize(7);
    assertThat(partials(stages.shelf)).isEmpty();
  }

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
    host = new HeardHost();
  }

  @Test
  void stagesToldToStopAtEveryPointDoNothingTwiceAndEndInTheSameBits() {
    Set<String> stopped = untilDone(NEVER, ToldToStop::new, this::kill);

    assertThat(stopped).hasSizeGreaterThan(25);
    assertThat(whereabouts()).containsExactlyInAnyOrderElementsOf(itsPoints);
    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
    assertThat(partials(stages.shelf)).isEmpty();
  }

  @Test
  void stagesKilledAtEveryPointRedoWhatWasNotSavedAndEndInTheSameBits() {
    Set<String> killed = untilDone(EACH_POINT, Killed::new, this::kill);

    Map<String, Integer> planned = counted(itsPoints);
    counted(whereabouts())
        .forEach(
            (where, times) ->
                assertThat(times)
                    .as(where)
                    .isBetween(1, planned.get(where) + (killed.contains(where) ? 1 : 0)));
    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
    assertThat(partials(stages.shelf)).isEmpty();
  }

  @Test
  void stagesKilledBeforeAnythingWasSavedBeginAnew() {
    untilDone(NEVER, Killed::new, point -> point.progress().steps() == 14);

    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
  }

  @Test
  void damagedPartialResultsArePassedOver() {
    String[] parts = {
      "state.safetensors", "partial.json", "checkpoint.json", "images-", "features-"
    };
    for (String part : parts) {
      assertThatThrownBy(() -> stopping(EACH_POINT, Killed::new, last()))
          .isInstanceOf(Killed.class);
      List<String> found =
          partials(stages.shelf).stream().filter(key -> key.contains("/" + part)).toList();
      assertThat(found).as(part).isNotEmpty();
      stages.shelf.store().put(found.get(found.size() - 1), utf8("torn"));
    }
    host.onPoint(point -> {});
    work(stages, host, EACH_POINT);

    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
  }

  @Test
  void whereNoneIsWholeTheStageBeginsAnew() {
    assertThatThrownBy(() -> stopping(EACH_POINT, Killed::new, last())).isInstanceOf(Killed.class);
    partials(stages.shelf).forEach(key -> stages.shelf.store().put(key, utf8("torn")));
    work(stages, host, EACH_POINT);

    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
  }

  @Test
  void anAttemptThatWasOvertakenSavesNoMore() {
    boolean[] second = new boolean[1];
    host.onPoint(
        point -> {
          if (second[0] || point.progress().step() < 750) return;
          second[0] = true;
          work(stages, new HeardHost(), EACH_POINT);
        });

    assertThatThrownBy(() -> new PruneStage(bench(stages, host), EACH_POINT).prune(prune(0.5)))
        .isInstanceOf(StaleAttempt.class);
    assertThat(second[0]).isTrue();
    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
  }

  @Test
  void heartbeatsTellWhatIsSaved() {
    untilDone(NEVER, ToldToStop::new, point -> point.progress().step() == 500);
    List<StageProgress> calibration =
        host.points.stream()
            .map(HeardHost.Point::progress)
            .filter(progress -> progress.steps() == 1000)
            .toList();

    assertThat(calibration).hasSize(4);
    assertThat(calibration)
        .extracting(StageProgress::step)
        .containsExactly(250L, 500L, 750L, 1000L);
    assertThat(calibration).extracting(StageProgress::checkpoint).containsExactly(0, 0, 500, 500);
  }

  /** Asks for everything, as often as something ends it; returns where that was. */
  private Set<String> untilDone(
      Duration saveEvery, Supplier<? extends Throwable> how, Predicate<HeardHost.Point> where) {
    Set<String> ended = new HashSet<>();
    boolean done = false;
    while (!done) {
      try {
        stopping(saveEvery, how, point -> where.test(point) && ended.add(point.where()));
        done = true;
      } catch (ToldToStop | Killed e) {
        assertThat(ended.size()).isLessThan(500);
      }
    }
    return ended;
  }

  private void stopping(
      Duration saveEvery, Supplier<? extends Throwable> how, Predicate<HeardHost.Point> where) {
    host.onPoint(
        point -> {
          if (!where.test(point)) return;
          Throwable end = how.get();
          if (end instanceof Error error) throw error;
          throw (RuntimeException) end;
        });
    work(stages, host, saveEvery);
  }

  /** Of the 40 batches of real images the first, some between and the last. */
  private boolean kill(HeardHost.Point point) {
    long step = point.progress().step();
    return point.progress().steps() != 10_000 || Set.of(250L, 1024L, 5000L, 10_000L).contains(step);
  }

  /** Just before the end of the evaluation of the dense network. */
  private Predicate<HeardHost.Point> last() {
    return point -> point.progress().step() == 2 && point.progress().steps() == 5;
  }

  private List<String> whereabouts() {
    return host.points.stream().map(HeardHost.Point::where).toList();
  }

  private static Map<String, Integer> counted(List<String> points) {
    Map<String, Integer> counts = new HashMap<>();
    points.forEach(point -> counts.merge(point, 1, Integer::sum));
    return counts;
  }

  private static void work(StageBench stages, HeardHost host, Duration saveEvery) {
    Workbench bench = bench(stages, host);
    var network = new PruneStage(bench, saveEvery).prune(prune(0.5)).network();
    new EvaluateStage(bench, saveEvery)
        .evaluate(new EvaluateActivity.Request("run", network, DENSE, StageBench.DATA, CONFIG));
  }

  private static Workbench bench(StageBench stages, HeardHost host) {
    Workbench b = stages.bench;
    return new Workbench(b.shelf(), b.networks(), b.datasets(), b.meters(), b.beat(), host);
  }

  /** Hashes of all parts, and the measures. */
  private static Map<String, Object> results(Shelf shelf) {
    Map<String, Object> results = new TreeMap<>();
    for (ObjectStore.Stat object : shelf.store().list("stages")) {
      if (!object.key().endsWith("/stage.json")) continue;
      String prefix = object.key().substring(0, object.key().lastIndexOf('/'));
      StoredArtifact artifact = shelf.get(prefix);
      artifact.verify();
      List<Object> made = new ArrayList<>();
      artifact.manifest().parts().forEach(part -> made.add(hash(part)));
      made.add(artifact.numbers().path("measures"));
      made.add(artifact.numbers().path("losses"));
      results.put(prefix, made);
    }
    return results;
  }

  private static String hash(Manifest.Part part) {
    return part.name() + " " + part.sha256();
  }

  /** What lies under checkpoints beside ledgers. */
  private static List<String> partials(Shelf shelf) {
    return shelf.store().listEverything("stages").stream()
        .map(ObjectStore.Stat::key)
        .filter(key -> key.contains("/checkpoints/") && !key.contains("/ledger-"))
        .toList();
  }
}
