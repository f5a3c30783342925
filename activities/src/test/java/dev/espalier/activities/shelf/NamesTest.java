package dev.espalier.activities.shelf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.NastyNames;
import dev.espalier.workflows.Artifact;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever way a name comes in, none that could leave its prefix reaches the store or the disk. */
class NamesTest {
  private static final byte[] BYTES = {1};
  private static final String TIME = "-2026-11-22T02:00:00Z";

  @TempDir Path folder;

  @Test
  void plainNamesAreLegal() {
    for (String name : List.of("a", "a-b_c.d", ".hidden", "A1", "a..b", "x".repeat(128))) {
      assertThat(ObjectNames.segment(name)).isEqualTo(name);
      assertThat(ObjectNames.path("x/" + name)).isEqualTo("x/" + name);
    }
    assertThat(ObjectNames.listed("a-0f8fad5b-d9cb-469f-a165-70867728950e")).isNotEmpty();
    assertThat(ObjectNames.isSegment("a-0f8fad5b-d9cb-469f-a165-70867728950e")).isFalse();
  }

  /** Temporal appends it to the id of a scheduled run; nowhere else is there a colon. */
  @Test
  void theTimeOfAScheduledRunEndsAName() {
    for (String name : List.of("a" + TIME, "a.b-c_D" + TIME, "x".repeat(107) + TIME)) {
      assertThat(ObjectNames.segment(name)).isEqualTo(name);
      assertThat(ObjectNames.path("runs/" + name + "/report.html")).contains(name);
      String leftover = name + "-0f8fad5b-d9cb-469f-a165-70867728950e";
      assertThat(ObjectNames.isSegment(leftover)).isFalse();
      if (leftover.length() <= 128) assertThat(ObjectNames.listed(leftover)).isEqualTo(leftover);
      assertThat(ObjectNames.withoutTime(name) + TIME).isEqualTo(name);
    }
    for (String name :
        List.of(
            TIME,
            TIME.substring(1),
            "." + TIME,
            ".." + TIME,
            "a." + TIME,
            "a/" + TIME,
            "a:b",
            "a:b" + TIME,
            "a" + TIME + "b",
            "a" + TIME + "-b",
            "a" + TIME + TIME,
            "a" + TIME + ".html",
            "a" + TIME + ":",
            "a-2026-11-22T02:00:00",
            "a-2026-11-22T02:00:00+00:00",
            "a-2026-11-22T02:00:00.5Z",
            "a-2026-11-22T02:00Z",
            "a-2026-11-22t02:00:00z",
            "a-26-11-22T02:00:00Z",
            "a_2026-11-22T02:00:00Z",
            "a-\u0662026-11-22T02:00:00Z",
            "x".repeat(108) + TIME)) {
      assertThat(ObjectNames.legal(name)).as(name).isFalse();
      refuse(() -> Stream.of(name), ObjectNames::listed);
    }
    for (String name : List.of("a", TIME, "a" + TIME + "-b")) {
      assertThat(ObjectNames.withoutTime(name)).isEqualTo(name);
    }
  }

  @Test
  void everyWayIntoTheStoreRefusesThem() {
    ObjectStore store = ObjectStore.open(S3Servers.s3Proxy().config());
    Shelf shelf = new Shelf(store, folder, Map.of());
    refuse(NastyNames::paths, ObjectNames::path);
    refuse(NastyNames::paths, ObjectNames::listed);
    refuse(NastyNames::paths, store::get);
    refuse(NastyNames::paths, store::stat);
    refuse(NastyNames::paths, store::list);
    refuse(NastyNames::paths, store::delete);
    refuse(NastyNames::paths, name -> store.put(name, BYTES));
    refuse(NastyNames::paths, name -> store.put(name, folder.resolve("none")));
    refuse(NastyNames::paths, name -> store.putIfAbsent(name, BYTES));
    refuse(NastyNames::paths, name -> store.putIfMatch(name, BYTES, "etag"));
    refuse(NastyNames::paths, shelf::find);
    refuse(NastyNames::paths, name -> shelf.get("networks/" + name));
  }

  @Test
  void stagesKeysNetworksAndPartsAreSingleSegments() {
    Shelf shelf = new Shelf(ObjectStore.open(S3Servers.s3Proxy().config()), folder, Map.of());
    Staging staging = shelf.stage("prune", "key", NullNode.getInstance(), List.of());
    refuse(NastyNames::segments, ObjectNames::segment);
    refuse(NastyNames::segments, name -> Shelf.prefix(name, "key"));
    refuse(NastyNames::segments, name -> Shelf.prefix("prune", name));
    refuse(NastyNames::segments, name -> shelf.network(name, "import", NullNode.getInstance()));
    refuse(NastyNames::segments, name -> shelf.checkpoints("finetune", name));
    refuse(NastyNames::segments, name -> staging.add(name, BYTES));
    String sha = "0".repeat(64);
    refuse(NastyNames::segments, name -> new Manifest.Part(name, "a", 1, sha));
    refuse(NastyNames::segments, name -> new Manifest.Part("a", name, 1, sha));
  }

  /** A legal prefix in a payload may still be no legal name; then the shelf refuses it. */
  @Test
  void aPrefixInAPlanIsRefusedAtTheLatestByTheShelf() throws Exception {
    ObjectStore store = ObjectStore.open(S3Servers.s3Proxy().config());
    Shelf shelf = new Shelf(store, Files.createDirectories(folder.resolve("cache")), Map.of());
    refuse(
        NastyNames::segments,
        name -> shelf.get(Artifact.network(name.isEmpty() ? "/" : name).key()));
    refuse(NastyNames::paths, name -> shelf.get(new Artifact("networks/" + name).key()));
  }

  private static void refuse(
      java.util.function.Supplier<Stream<String>> names, Consumer<String> use) {
    names
        .get()
        .forEach(
            name ->
                assertThatThrownBy(() -> use.accept(name))
                    .as("'%s'", name.codePoints().limit(80).boxed().toList())
                    .isInstanceOf(InvalidInput.class)
                    .message()
                    .hasSizeLessThan(2002)
                    .doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]"));
  }
}
