package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What earlier versions wrote stays readable; what later ones write is refused by its number. */
class SchemaTest {
  private static final String PRUNED = "stages/prune/0123456789abcdef0123";
  private static final String TRAINING = "0123456789abcdef0123";
  private static final String PLACE = "stages/finetune/" + TRAINING + "/checkpoints";

  @TempDir Path cache;
  MemoryBucket store;
  Shelf shelf;

  @BeforeEach
  void open() {
    store = new MemoryBucket();
    shelf = new Shelf(store, cache, Map.of());
  }

  @Test
  void everythingOfSchema1IsRead() throws Exception {
    load("schema-1");

    StoredArtifact network = shelf.get("networks/base");
    network.verify();
    StoredArtifact pruned = shelf.get(PRUNED);
    pruned.verify();
    assertThat(pruned.manifest().schema()).isEqualTo(1);
    assertThat(pruned.manifest().stage()).isEqualTo("prune");
    assertThat(pruned.manifest().config().path("ratio").asDouble()).isEqualTo(0.5);
    assertThat(pruned.manifest().createdBy()).containsEntry("threads", "1");
    assertThat(pruned.numbers().path("parametersAfter").asInt()).isEqualTo(7);
    Checkpoints checkpoints = shelf.checkpoints("finetune", TRAINING);
    Checkpoints.Checkpoint newest = checkpoints.newestVerified(1_500).orElseThrow();
    assertThat(newest.step()).isEqualTo(1_500);
    assertThat(newest.artifact().bytes("state.safetensors")).isEqualTo(bytes("state at 1500"));
    assertThat(checkpoints.epoch()).isGreaterThan(newest.artifact().manifest().epoch());
  }

  @Test
  void aLaterReaderReadsSchema1() throws Exception {
    load("schema-1");
    byte[] json = store.get(PRUNED + "/stage.json").orElseThrow().bytes();

    Manifest read =
        SealedJson.read(json, Manifest.class, Manifest.SCHEMA + 1, PRUNED, "stage.json");

    assertThat(read.schema()).isEqualTo(1);
  }

  @Test
  void aLaterManifestIsAnErrorAndIsNotMadeAgain() throws Exception {
    load("schema-1");
    raise(PRUNED + "/stage.json");

    for (Runnable reading :
        List.<Runnable>of(() -> shelf.find(PRUNED), () -> shelf.findWhole(PRUNED))) {
      assertThatThrownBy(reading::run)
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining(PRUNED + "/stage.json has schema 2")
          .hasMessageContaining("reads up to 1")
          .hasMessageContaining("upgrade");
    }
    Staging again = shelf.stage("prune", TRAINING, Json.MAPPER.createObjectNode(), List.of());
    assertThatThrownBy(() -> again.add("other", bytes("x")).commit())
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  void aLaterCheckpointIsAnErrorAndIsNotPassedOver() throws Exception {
    load("schema-1");
    raise(key("step-00001500", "checkpoint.json"));

    assertThatThrownBy(() -> shelf.checkpoints("finetune", TRAINING).newestVerified(0))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("has schema 2");
  }

  @Test
  void aLaterLedgerIsAnErrorAndIsNotRebuilt() throws Exception {
    load("schema-1");
    store.listEverything(PLACE).stream()
        .map(ObjectStore.Stat::key)
        .filter(key -> Ledger.number(key) > 0)
        .forEach(this::raise);

    assertThatThrownBy(() -> shelf.checkpoints("finetune", TRAINING))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("has schema 2");
  }

  private String key(String... parts) {
    return store.listEverything(PLACE).stream()
        .map(ObjectStore.Stat::key)
        .filter(key -> Stream.of(parts).allMatch(key::contains))
        .findFirst()
        .orElseThrow();
  }

  /** The same file as a later version would have sealed it. */
  private void raise(String key) {
    String text =
        new String(store.get(key).orElseThrow().bytes(), java.nio.charset.StandardCharsets.UTF_8);
    ObjectNode json = (ObjectNode) Json.parse(text, key);
    json.remove("seal");
    store.put(key, SealedJson.write(json.put("schema", 2).put("news", "unknown here")));
  }

  private void load(String sample) throws Exception {
    Path folder = Path.of("src/test/resources", sample).toAbsolutePath();
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file -> {
                try {
                  store.put(folder.relativize(file).toString(), Files.readAllBytes(file));
                } catch (java.io.IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
