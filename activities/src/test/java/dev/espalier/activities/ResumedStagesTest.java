package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.PruneActivity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pruning and an evaluation by all metrics, with what lies below them: the calibration, the dense
 * network's evaluation, the real images' features, statistics and radii.
 */
class ResumedStagesTest {
  private static final Duration EACH_POINT = Duration.ZERO;
  private static final Duration NEVER = Duration.ofDays(1);

  /** Images are drawn in two batches of three steps, the second a smaller one. */
  private static final EvaluateConfig CONFIG =
      StageBench.json(
          EvaluateConfig.class,
          """
          {"samples": 10, "steps": 3, "batch": 6, "extractor": "tiny-classifier", "neighbours": 2,
           "directions": 10, "splits": 2, "bootstrap": 2,
           "metrics": ["frechet-distance", "prdc", "ssim", "mse", "sliced-wasserstein",
                       "inception-score"]}
          """);

  private static final String DATA = "npz:images.npy";
  private static final int REAL = 600;
  private static final PruneActivity.Request PRUNE =
      new PruneActivity.Request("run", DENSE, DATA, StageBench.prune(0.5).config());

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
    StageBench stages = bench(elsewhere);
    HeardHost host = new HeardHost();
    work(stages, host, NEVER);
    uninterrupted = results(stages.shelf);
    itsPoints = host.points.stream().map(HeardHost.Point::where).toList();
    assertThat(uninterrupted).hasSize(7);
    assertThat(partials(stages.shelf)).isEmpty();
  }

  @BeforeEach
  void open() throws Exception {
    stages = bench(folder);
    host = new HeardHost();
  }

  @Test
  void stagesToldToStopAtEveryPointDoNothingTwiceAndEndInTheSameBits() {
    Set<String> stopped = untilDone(NEVER, ToldToStop::new, point -> true);

    assertThat(stopped).hasSizeGreaterThan(25);
    assertThat(whereabouts()).containsExactlyInAnyOrderElementsOf(itsPoints);
    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
    assertThat(partials(stages.shelf)).isEmpty();
  }

  @Test
  void stagesKilledAtEveryPointRedoWhatWasNotSavedAndEndInTheSameBits() {
    Set<String> killed = untilDone(EACH_POINT, Killed::new, point -> true);

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
    Set<String> killed = untilDone(NEVER, Killed::new, last());

    assertThat(killed).hasSize(2);

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
    host.onPoint(point -> {});
    work(stages, host, EACH_POINT);

    assertThat(results(stages.shelf)).isEqualTo(uninterrupted);
  }

  @Test
  void anAttemptThatWasOvertakenEndsInTheOneResult() {
    boolean[] second = new boolean[1];
    host.onPoint(
        point -> {
          if (second[0] || point.progress().step() < 750) return;
          second[0] = true;
          new PruneStage(bench(stages, new HeardHost()), EACH_POINT).prune(PRUNE);
        });

    new PruneStage(bench(stages, host), EACH_POINT).prune(PRUNE);

    assertThat(second[0]).isTrue();
    assertThat(partials(stages.shelf)).isEmpty();
    assertThat(results(stages.shelf)).hasSize(2);
    assertThat(uninterrupted).containsAllEntriesOf(results(stages.shelf));
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

  /** Among the replicates that end the evaluation of either network. */
  private Predicate<HeardHost.Point> last() {
    return point -> point.progress().step() == 2 && point.progress().steps() == 3;
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
    Artifact network = new PruneStage(bench, saveEvery).prune(PRUNE).network();
    new EvaluateStage(bench, saveEvery)
        .evaluate(new EvaluateActivity.Request("run", network, DENSE, DATA, CONFIG));
  }

  /** With real images of noise: three batches for the extractor. */
  private static StageBench bench(Path folder) throws IOException {
    String head = "{'descr': '|u1', 'fortran_order': False, 'shape': (600, 28, 28, 1), }\n";
    byte[] pixels = new byte[REAL * 28 * 28];
    new Random(1).nextBytes(pixels);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) head.length(), 0});
    file.write(utf8(head));
    file.write(pixels);
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.write(data.resolve("images.npy"), file.toByteArray());
    return new StageBench(folder, new Datasets(List.of(data), folder.resolve("cache/data")));
  }

  private static Workbench bench(StageBench stages, HeardHost host) {
    Workbench b = stages.bench;
    return new Workbench(
        b.shelf(), b.networks(), b.datasets(), b.meters(), b.beat(), b.silence(), host);
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
