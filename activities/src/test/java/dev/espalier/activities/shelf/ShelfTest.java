package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.espalier.activities.shelf.S3Servers#all")
class ShelfTest {
  private static final JsonNode CONFIG = Json.parse("{\"ratio\":0.5}", "test");
  private static final String PLACE = "stages/prune/0123456789abcdef0123";
  private static final String NETWORK = PLACE + "/network.safetensors";
  private static final String MANIFEST = PLACE + "/stage.json";

  @Parameter S3Servers.Server server;
  @TempDir Path cache;
  ObjectStore store;
  Shelf shelf;

  @BeforeEach
  void open() {
    store = ObjectStore.open(server.config());
    shelf = new Shelf(store, cache, Map.of("espalier", "0.1", "threads", "1"));
  }

  @Test
  void aCommittedArtifactReadsBackAsItWasWritten() throws Exception {
    StoredArtifact written = prune("weights").commit();

    StoredArtifact found = shelf.find(PLACE).orElseThrow();
    assertThat(found.manifest()).isEqualTo(written.manifest());
    assertThat(found.manifest().config()).isEqualTo(CONFIG);
    assertThat(found.manifest().inputs()).containsExactly("networks/base");
    assertThat(found.manifest().createdBy()).containsEntry("threads", "1");
    assertThat(found.numbers().get("parametersAfter").asInt()).isEqualTo(7);
    assertThat(found.bytes("network.safetensors")).isEqualTo(bytes("weights"));
    assertThat(Files.readString(found.fetch("network.safetensors"))).isEqualTo("weights");
    assertThat(found.bytes("empty")).isEmpty();
    assertThat(store.list(PLACE))
        .extracting(ObjectStore.Stat::key)
        .containsExactlyInAnyOrder(NETWORK, PLACE + "/empty", MANIFEST);
  }

  @Test
  void withoutAManifestThereIsNoArtifact() {
    prune("weights");

    assertThat(shelf.find(PLACE)).isEmpty();
    assertThat(shelf.findWhole(PLACE)).isEmpty();
    assertThatThrownBy(() -> shelf.get(PLACE))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(PLACE);
  }

  @Test
  void aTornPartIsFoundAndMadeAgain() {
    damagedPartIsFoundAndMadeAgain(bytes("weig"), "4 bytes");
  }

  @Test
  void aFlippedBitIsFoundAndMadeAgain() {
    byte[] flipped = bytes("weights");
    flipped[3] ^= 1;
    damagedPartIsFoundAndMadeAgain(flipped, "SHA-256");
  }

  @Test
  void aPartOfNoBytesIsFoundAndMadeAgain() {
    damagedPartIsFoundAndMadeAgain(new byte[0], "0 bytes");
  }

  private void damagedPartIsFoundAndMadeAgain(byte[] damaged, String reason) {
    StoredArtifact artifact = prune("weights").commit();
    store.put(NETWORK, damaged);

    assertThatThrownBy(() -> artifact.bytes("network.safetensors"))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(PLACE + ": network.safetensors: ")
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> artifact.fetch("network.safetensors"))
        .isInstanceOf(CorruptArtifact.class);
    assertThatThrownBy(artifact::verify).isInstanceOf(CorruptArtifact.class);
    madeAgain();
  }

  @Test
  void aMissingPartIsFoundAndMadeAgain() {
    StoredArtifact artifact = prune("weights").commit();
    store.delete(NETWORK);

    assertThatThrownBy(() -> artifact.bytes("network.safetensors"))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("is missing");
    madeAgain();
  }

  @Test
  void aTornManifestIsFoundAndMadeAgain() {
    prune("weights").commit();
    byte[] json = store.get(MANIFEST).orElseThrow().bytes();
    for (int length : new int[] {0, 1, json.length / 2, json.length - 3}) {
      store.put(MANIFEST, java.util.Arrays.copyOf(json, length));
      assertThatThrownBy(() -> shelf.find(PLACE))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("stage.json");
    }
    madeAgain();
  }

  @Test
  void everyFlippedBitOfAManifestIsFoundOrMeansNothing() {
    prune("weights").commit();
    byte[] json = store.get(MANIFEST).orElseThrow().bytes();
    Manifest right = Manifest.read(json, PLACE);
    int found = 0;
    for (int bit = 0; bit < 8 * json.length; bit++) {
      byte[] flipped = json.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        // White space between fields may turn into other white space.
        assertThat(Manifest.read(flipped, PLACE)).isEqualTo(right);
      } catch (CorruptArtifact e) {
        found++;
      }
    }
    assertThat(found).isGreaterThan(7 * json.length);
  }

  @Test
  void aManifestOfAnotherPlaceIsNotBelieved() {
    prune("weights").commit();
    String other = "stages/prune/ffffffffffffffffffff";
    store.put(other + "/stage.json", store.get(MANIFEST).orElseThrow().bytes());
    store.put(other + "/network.safetensors", bytes("weights"));
    store.put(other + "/empty", bytes(""));

    assertThatThrownBy(() -> shelf.find(other))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("belongs to " + PLACE);
  }

  @Test
  void aManifestThatOutlivedItsPartsIsStale() {
    prune("old weights").commit();
    store.put(NETWORK, bytes("new weights"));

    assertThat(shelf.findWhole(PLACE)).isEmpty();
  }

  @Test
  void theFirstOfTwoAttemptsWinsAndNeitherSpoilsTheOther() {
    Staging first = prune("first result");
    Staging second = prune("second result");

    StoredArtifact firstResult = first.commit();
    StoredArtifact secondResult = second.commit();

    assertThat(firstResult.bytes("network.safetensors")).isEqualTo(bytes("first result"));
    assertThat(secondResult.bytes("network.safetensors")).isEqualTo(bytes("first result"));
    assertThat(shelf.findWhole(PLACE)).isPresent();
  }

  @Test
  void anAttemptThatWritesAfterAnotherCommittedSpoilsNothing() {
    StoredArtifact committed = prune("result").commit();
    prune("late result");

    committed.verify();
    assertThat(committed.bytes("network.safetensors")).isEqualTo(bytes("result"));
  }

  @Test
  void anAttemptThatDiesBeforeItsCommitLeavesNoTrace() {
    prune("unfinished");
    StoredArtifact artifact = prune("finished").commit();

    assertThat(artifact.bytes("network.safetensors")).isEqualTo(bytes("finished"));
    shelf.get(PLACE).verify();
  }

  @Test
  void aPartTooLargeForOnePutComesBackWhole() {
    byte[] large = new byte[ObjectStore.SINGLE_PUT + 1];
    large[large.length - 1] = 7;
    StoredArtifact artifact = prune("weights").add("large", large).commit();

    artifact.verify();
    Manifest.Part part = artifact.manifest().part("large").orElseThrow();
    assertThat(part.size()).isEqualTo(large.length);
    assertThat(part.object()).isEqualTo(part.sha256().substring(0, 16) + "-large");
  }

  @Test
  void aNetworkOfTheSameNameIsReplaced() {
    shelf.network("base", "train", CONFIG).add("network.safetensors", bytes("one")).commit();
    shelf.network("base", "train", CONFIG).add("network.safetensors", bytes("two")).commit();

    StoredArtifact network = shelf.get("networks/base");
    assertThat(network.bytes("network.safetensors")).isEqualTo(bytes("two"));
    assertThat(store.stat("networks/base/network.json")).isPresent();
  }

  @Test
  void aDamagedCacheFileIsFetchedAgain() throws Exception {
    StoredArtifact artifact = prune("weights").commit();
    Path file = artifact.fetch("network.safetensors");
    Files.writeString(file, "wEights");

    assertThat(Files.readString(artifact.fetch("network.safetensors"))).isEqualTo("weights");
    try (var files = Files.list(cache)) {
      assertThat(files.filter(f -> f.toString().endsWith(".part"))).isEmpty();
    }
  }

  @Test
  void aCacheThatCannotBeWrittenIsBadInput() throws Exception {
    Path file = Files.writeString(cache.resolve("file"), "not a folder");
    StoredArtifact artifact = prune("weights").commit();
    Shelf broken = new Shelf(store, file, Map.of());

    assertThatThrownBy(() -> broken.get(artifact.prefix()).fetch("network.safetensors"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void namesThatCouldLeaveTheirPrefixAreRefused() {
    for (String bad :
        new String[] {
          "",
          "/",
          "/etc/passwd",
          "../secret",
          "a/../../b",
          "a//b",
          "a/",
          ".",
          "..",
          "...",
          "a\0b",
          "a\\b",
          "ünïcode",
          "a b",
          "a\nb",
          "x".repeat(129),
          "a/".repeat(300) + "a",
          "state-0f8fad5b-d9cb-469f-a165-70867728950e"
        }) {
      assertThatThrownBy(() -> shelf.find(bad)).as(bad).isInstanceOf(InvalidInput.class);
      assertThatThrownBy(() -> shelf.stage("prune", bad, CONFIG, List.of()))
          .as(bad)
          .isInstanceOf(InvalidInput.class)
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> prune("weights").add(bad, bytes("x")))
          .as(bad)
          .isInstanceOf(InvalidInput.class);
    }
    assertThatThrownBy(() -> prune("weights").add("network.safetensors", bytes("x")))
        .hasMessageContaining("taken");
    assertThatThrownBy(() -> prune("weights").add("stage.json", bytes("x")))
        .hasMessageContaining("taken");
  }

  @Test
  void aManifestWithAPartThatLeavesTheCacheIsRefused() {
    StoredArtifact artifact = prune("weights").commit();
    var json = Json.MAPPER.valueToTree(artifact.manifest());
    ((com.fasterxml.jackson.databind.node.ObjectNode) json.get("parts").get(0))
        .put("name", "../../escaped");
    store.put(MANIFEST, SealedJson.write(json));

    assertThatThrownBy(() -> shelf.find(PLACE)).isInstanceOf(InvalidInput.class);
  }

  @Test
  void theManifestHoldsNoCredential() {
    prune("weights").commit();

    String json = new String(store.get(MANIFEST).orElseThrow().bytes(), UTF_8);
    assertThat(json).doesNotContain(S3Servers.SECRET).contains("\"schema\" : 1");
  }

  private void madeAgain() {
    assertThat(shelf.findWhole(PLACE)).isEmpty();
    StoredArtifact again = prune("weights").commit();
    assertThat(again.bytes("network.safetensors")).isEqualTo(bytes("weights"));
    assertThat(shelf.findWhole(PLACE)).isPresent();
  }

  private Staging prune(String weights) {
    return shelf
        .stage("prune", "0123456789abcdef0123", CONFIG, List.of("networks/base"))
        .add("network.safetensors", bytes(weights))
        .add("empty", bytes(""))
        .numbers(Map.of("parametersAfter", 7));
  }
}
