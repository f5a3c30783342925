package dev.espalier.workers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** `espalier gc` over a folder of results. */
class GcTest {
  private static final String NEEDED = "stages/prune/aaaaaaaaaaaaaaaaaaaa";
  private static final String UNNEEDED = "stages/prune/bbbbbbbbbbbbbbbbbbbb";

  @TempDir Path work;

  @Test
  void whatNobodyNeedsIsShownAndThenDeleted() throws Exception {
    results();
    assertThat(gc("--dry-run").out()).contains("nothing to delete");
    age(Duration.ofHours(30));
    assertThat(gc("--dry-run").out()).contains("nothing to delete");

    Invocation dry = gc("--dry-run", "--older-than", "1d");
    assertThat(dry.exitCode()).isZero();
    assertThat(dry.out())
        .containsPattern("what +why +objects +bytes")
        .containsPattern(UNNEEDED + " +no run needs it +2 +")
        .contains("would free")
        .doesNotContain(NEEDED);

    JsonNode deleted = Json.parse(gc("--older-than", "24h", "--json").out(), "out");
    assertThat(deleted.path("deleted").asBoolean()).isTrue();
    assertThat(deleted.path("garbage").findValuesAsText("what")).containsExactly(UNNEEDED);
    assertThat(deleted.path("garbage").path(0).path("objects").path(0).asText())
        .isEqualTo(UNNEEDED + "/stage.json");
    assertThat(gc("--older-than", "24h").out()).contains("nothing to delete");
    try (StoreConnection store = open()) {
      new Shelf(store.store(), work.resolve("cache"), Map.of()).get(NEEDED).verify();
      assertThat(store.store().list(UNNEEDED)).isEmpty();
    }
  }

  @Test
  void agesAreChecked() {
    for (String bad : List.of("7", "7w", "-1d", "soon", "30m", "0d")) {
      Invocation refused = gc("--older-than", bad);
      assertThat(refused.exitCode()).as(bad).isEqualTo(2);
      assertThat(refused.err()).as(bad).contains("--older-than");
    }
  }

  private Invocation gc(String... options) {
    return Invocation.of(
        work, Stream.concat(Stream.of("gc"), Stream.of(options)).toArray(String[]::new));
  }

  private StoreConnection open() throws Exception {
    Settings settings =
        new Settings(work, work.resolve("state"), Map.of("ESPALIER_MIN_FREE_MB", "1"));
    return StoreConnection.open(settings, settings.workFolder());
  }

  private void results() throws Exception {
    try (StoreConnection store = open()) {
      Shelf shelf = new Shelf(store.store(), work.resolve("cache"), Map.of());
      for (String prefix : List.of(NEEDED, UNNEEDED)) {
        String key = prefix.substring(prefix.lastIndexOf('/') + 1);
        shelf
            .stage("prune", key, Json.MAPPER.createObjectNode(), List.of())
            .add("weights", key.getBytes(UTF_8))
            .commit();
      }
      store.store().put("runs/demo/results.json", ("{\"key\":\"" + NEEDED + "\"}").getBytes(UTF_8));
    }
  }

  /** The store's folder as it will be then. */
  private void age(Duration time) throws Exception {
    try (Stream<Path> files = Files.walk(work.resolve("state").resolve("s3"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(time)));
      }
    }
  }
}
