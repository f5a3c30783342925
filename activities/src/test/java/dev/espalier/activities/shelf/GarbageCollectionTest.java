package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectionTest {
  private static final JsonNode NO_CONFIG = Json.MAPPER.createObjectNode();
  private static final Duration LONG_AGO = Duration.ofDays(8);
  private static final String LEFTOVER = "-0f8fad5b-d9cb-469f-a165-70867728950e";

  @TempDir Path cache;
  MemoryBucket store;
  Shelf shelf;

  @BeforeEach
  void open() {
    store = new MemoryBucket();
    shelf = new Shelf(store, cache, Map.of());
  }

  @Test
  void whatARunNamesAndWhatThatWasMadeFromStays() {
    network("base");
    String pruned = result("prune", "a", "networks/base@" + "0".repeat(64));
    String tuned = result("finetune", "b", pruned, "cifar10:train");
    String spectrum = result("spectrum", "c", "networks/base@" + "0".repeat(64));
    String unneeded = result("prune", "d", "networks/base@" + "0".repeat(64));
    String itsSpectrum = result("spectrum", "e", unneeded);
    store.put(
        "runs/demo/results.json",
        bytes("{\"results\":[{\"network\":{\"key\":\"" + tuned + "\"},\"x\":null}]}"));
    store.pass(LONG_AGO);

    assertThat(collect()).extracting(Garbage::what).containsExactly(unneeded, itsSpectrum);
    for (String kept : List.of("networks/base", pruned, tuned, spectrum)) {
      shelf.get(kept).verify();
    }
    assertThat(store.listEverything("stages/prune/d")).isEmpty();
    assertThat(find()).isEmpty();
    assertThat(store.listEverything("collection")).isEmpty();
  }

  @Test
  void whatIsYoungerThanTheGraceStaysWithAllItWasMadeFrom() {
    String old = result("prune", "a");
    store.pass(LONG_AGO);
    String young = result("finetune", "b", old);

    assertThat(find()).isEmpty();
    store.pass(LONG_AGO);
    assertThat(find()).extracting(Garbage::what).containsExactlyInAnyOrder(old, young);
  }

  @Test
  void whatARunAtWorkUsesStays() {
    String evaluated = result("evaluate", "a");
    shelf.use("at-work", evaluated);
    store.pass(LONG_AGO);
    shelf.use("at-work", "stages/finetune/b");
    checkpoint("finetune", "b", 100);

    assertThat(find()).isEmpty();
    store.pass(LONG_AGO);
    checkpoint("finetune", "b", 200);
    assertThat(find()).extracting(Garbage::what).doesNotContain(evaluated, "uses");

    store.pass(LONG_AGO);
    assertThat(new GarbageCollection(shelf, GarbageCollection.GRACE, List.of("at-work")).find())
        .extracting(Garbage::what)
        .doesNotContain(evaluated, "uses");
    assertThat(find()).extracting(Garbage::what).contains(evaluated, "uses");
  }

  @Test
  void aScheduledRunKeepsWhatItNamesAndUses() {
    String run = "scheduled-nightly-2026-11-22T02:00:00Z";
    String named = result("prune", "a");
    String used = result("prune", "b");
    store.put("runs/" + run + "/results.json", bytes("{\"key\":\"" + named + "\"}"));
    store.put("runs/" + run + "/report.html" + LEFTOVER, bytes("torn"));
    shelf.use(run, used);
    store.pass(LONG_AGO);

    assertThat(Uses.of(store, used)).extracting(Uses.Use::run).containsExactly(run);
    assertThat(new GarbageCollection(shelf, GarbageCollection.GRACE, List.of(run)).find())
        .extracting(Garbage::what)
        .containsExactly("runs/" + run + "/report.html" + LEFTOVER);
    assertThat(collect())
        .extracting(Garbage::what)
        .containsExactlyInAnyOrder(used, "runs/" + run + "/report.html" + LEFTOVER, "uses");
    assertThat(store.listEverything("uses")).isEmpty();
    shelf.get(named).verify();
  }

  @Test
  void theClockOfTheWorkerHasNoPart() {
    String old = result("prune", "a");
    store.pass(Duration.ofDays(7).plusMinutes(1));
    String young = result("prune", "b");
    for (Duration skew : List.of(Duration.ofDays(-9_000), Duration.ofHours(1), Duration.ZERO)) {
      // The store is years behind, ahead, or right: only its own times count.
      MemoryBucket skewed = new MemoryBucket();
      skewed.pass(skew);
      Shelf there = new Shelf(skewed, cache, Map.of());
      there.stage("prune", "a", NO_CONFIG, List.of()).add("w", bytes("w")).commit();
      skewed.pass(Duration.ofDays(7).plusMinutes(1));
      there.stage("prune", "b", NO_CONFIG, List.of()).add("w", bytes("w")).commit();
      assertThat(new GarbageCollection(there, GarbageCollection.GRACE, List.of()).find())
          .extracting(Garbage::what)
          .containsExactly(old);
    }
    assertThat(find()).extracting(Garbage::what).containsExactly(old).doesNotContain(young);
  }

  @Test
  void leftoversGoWhenTheyAreOld() {
    network("base");
    String needed = result("prune", "a");
    shelf.use("at-work", needed);
    store.put(needed + "/weights" + LEFTOVER, bytes("torn"));
    store.put(needed + "/0123456789abcdef-weights", bytes("of the attempt that came second"));
    store.put("runs/demo/report.html" + LEFTOVER, bytes("torn"));
    store.put("networks/base/0123456789abcdef-weights", bytes("replaced"));
    store.put("stages/svs/b/weights", bytes("its attempt died before the manifest"));

    assertThat(find()).isEmpty();
    store.pass(LONG_AGO);
    shelf.use("at-work", needed);

    assertThat(collect())
        .extracting(Garbage::what)
        .containsExactlyInAnyOrder(
            needed + "/weights" + LEFTOVER,
            needed + "/0123456789abcdef-weights",
            "networks/base/0123456789abcdef-weights",
            "runs/demo/report.html" + LEFTOVER,
            "stages/svs/b");
    shelf.get(needed).verify();
    shelf.get("networks/base").verify();
  }

  @Test
  void ofATrainingThatHasEndedTheNewestThatVerifiesStays() {
    for (int step = 100; step <= 300; step += 100) checkpoint("finetune", "a", step);
    String ended = result("finetune", "a");
    shelf.use("at-work", ended);
    store.pass(LONG_AGO);
    shelf.use("at-work", ended);
    String fallBack = place("a", 200);

    assertThat(collect()).extracting(Garbage::what).containsExactly(fallBack);
    assertThat(shelf.checkpoints("finetune", "a").newestVerified(0).orElseThrow().step())
        .isEqualTo(300);
  }

  @Test
  void aDamagedNewestIsNotTheOneThatStays() {
    for (int step = 100; step <= 300; step += 100) checkpoint("finetune", "a", step);
    String ended = result("finetune", "a");
    shelf.use("at-work", ended);
    store.put(place("a", 300) + "/state", bytes("torn"));
    store.pass(LONG_AGO);
    shelf.use("at-work", ended);

    assertThat(find()).isEmpty();
    assertThat(shelf.checkpoints("finetune", "a").newestVerified(0).orElseThrow().step())
        .isEqualTo(200);
  }

  @Test
  void aTrainingThatNobodyNeedsKeepsItsLastCheckpoint() {
    for (int step = 100; step <= 300; step += 100) checkpoint("finetune", "a", step);
    result("finetune", "a");
    store.pass(LONG_AGO);

    collect();

    assertThat(shelf.find("stages/finetune/a")).isEmpty();
    assertThat(shelf.checkpoints("finetune", "a").newestVerified(0).orElseThrow().step())
        .isEqualTo(300);
  }

  @Test
  void partialResultsGoWithTheEndOfTheirStageAndWithARunThatIsOver() {
    partial("a");
    String ended = result("prune", "a");
    partial("b");
    shelf.use("at-work", ended);
    store.pass(LONG_AGO);
    shelf.use("at-work", ended);

    assertThat(collect())
        .extracting(Garbage::what)
        .containsExactly("stages/prune/a/checkpoints", "stages/prune/b");
    shelf.get(ended).verify();
    assertThat(store.list("stages/prune/b")).isEmpty();
  }

  private void partial(String key) {
    Checkpoints partial = shelf.checkpoints("prune", key);
    store.put("stages/prune/" + key + "/checkpoints/images-00000000", bytes("rows"));
    partial.stage(1).add(Checkpoints.PARTIAL, bytes("{}")).commit();
  }

  @Test
  void ofATrainingUnderWayOnlyWhatDoesNotCountGoes() {
    Checkpoints overtaken = shelf.checkpoints("finetune", "a");
    commit(overtaken, 100);
    Staging begun = overtaken.stage(150).add("state", bytes("of the one overtaken"));
    Checkpoints checkpoints = shelf.checkpoints("finetune", "a");
    commit(checkpoints, 200);
    begun.add("curve", bytes("late"));
    String uncounted = begun.prefix();
    store.put(uncounted + "/state", bytes("of the one overtaken"));
    store.pass(LONG_AGO);
    checkpoints.stage(300).add("state", bytes("being written"));

    assertThat(collect()).extracting(Garbage::what).containsExactly(uncounted);
    commit(checkpoints, 400);
    assertThat(shelf.checkpoints("finetune", "a").newestVerified(0).orElseThrow().step())
        .isEqualTo(400);
  }

  @Test
  void whatComesIntoUseBeforeItIsDeletedStays() {
    String result = result("prune", "a");
    store.pass(LONG_AGO);
    GarbageCollection collection = collection();
    List<Garbage> found = collection.find();
    shelf.use("new-run", result);

    List<Garbage> deleted = new ArrayList<>();
    collection.delete(found, deleted::add);

    assertThat(deleted).isEmpty();
    shelf.get(result).verify();
  }

  @Test
  void whatComesIntoUseWhileItIsDeletedComesBack() {
    String result = result("prune", "a");
    store.pass(LONG_AGO);
    GarbageCollection collection = collection();
    List<Garbage> found = collection.find();
    store.before(
        (what, key) -> {
          if (what.equals("delete") && key.endsWith("/stage.json")) {
            store.before((w, k) -> {});
            shelf.use("new-run", result);
            shelf.get(result).verify();
          }
        });

    collection.delete(found, deleted -> {});

    shelf.get(result).verify();
  }

  @Test
  void aCollectionKilledAnywhereLeavesNothingTorn() {
    int deletes = 0;
    for (int killed = 0; killed <= deletes; killed++) {
      open();
      network("base");
      String needed = result("prune", "a", "networks/base@" + "0".repeat(64));
      String unneeded = result("prune", "b");
      for (int step = 100; step <= 300; step += 100) checkpoint("finetune", "c", step);
      result("finetune", "c", needed);
      store.put("runs/demo/results.json", bytes("[\"" + needed + "\"]"));
      store.pass(LONG_AGO);
      GarbageCollection collection = collection();
      List<Garbage> found = collection.find();
      deletes = found.stream().mapToInt(g -> g.objects().size()).sum();
      int[] left = {killed};
      store.before(
          (what, key) -> {
            if (what.equals("delete") && left[0]-- == 0) throw new IllegalStateException("killed");
          });
      if (killed < deletes) {
        assertThatThrownBy(() -> collection.delete(found, deleted -> {})).hasMessage("killed");
      }
      store.before((what, key) -> {});

      shelf.find(unneeded).ifPresent(StoredArtifact::verify);
      collect();
      assertThat(store.listEverything(unneeded)).isEmpty();
      shelf.get("networks/base").verify();
      shelf.get(needed).verify();
      assertThat(shelf.checkpoints("finetune", "c").newestVerified(0).orElseThrow().step())
          .isEqualTo(300);
    }
    assertThat(deletes).isGreaterThanOrEqualTo(6);
  }

  @Test
  void aShortGraceAndANewerVersionAreRefused() {
    assertThatThrownBy(() -> new GarbageCollection(shelf, Duration.ofMinutes(59), List.of()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("--older-than");
    String result = result("prune", "a");
    Map<String, Object> newer = new TreeMap<>(Map.of("schema", 2, "artifact", result));
    store.put(result + "/stage.json", SealedJson.write(newer));
    store.pass(LONG_AGO);

    assertThatThrownBy(this::find)
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("newer version");
  }

  private GarbageCollection collection() {
    return new GarbageCollection(shelf, GarbageCollection.GRACE, List.of());
  }

  private List<Garbage> find() {
    return collection().find();
  }

  private List<Garbage> collect() {
    GarbageCollection collection = collection();
    List<Garbage> deleted = new ArrayList<>();
    List<Garbage> found = collection.find();
    collection.delete(found, deleted::add);
    assertThat(deleted).isEqualTo(found);
    return deleted;
  }

  private void network(String name) {
    shelf.network(name, "import", NO_CONFIG).add("weights", bytes("of " + name)).commit();
  }

  private String result(String stage, String key, String... inputs) {
    return shelf
        .stage(stage, key, NO_CONFIG, List.of(inputs))
        .add("weights", bytes("of " + key))
        .commit()
        .prefix();
  }

  private void checkpoint(String stage, String key, int step) {
    commit(shelf.checkpoints(stage, key), step);
  }

  private static void commit(Checkpoints checkpoints, int step) {
    checkpoints.stage(step).add("state", bytes("state at " + step)).commit();
  }

  /** Where the checkpoint of {@code step} lies. */
  private String place(String key, int step) {
    return store.listEverything("stages/finetune/" + key).stream()
        .map(ObjectStore.Stat::key)
        .filter(k -> k.contains(String.format("step-%08d-", step)))
        .map(k -> k.substring(0, k.lastIndexOf('/')))
        .findFirst()
        .orElseThrow();
  }
}
