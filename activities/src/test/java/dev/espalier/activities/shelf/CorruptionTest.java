package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that can happen to the bytes of a checkpoint or a result, at every part: what is
 * damaged is found, what went before is used, and where there is nothing a clear error says so.
 */
class CorruptionTest {
  private static final String KEY = "0123456789abcdef0123";
  private static final String PLACE = "stages/finetune/" + KEY + "/checkpoints";
  private static final String RESULT = "stages/prune/" + KEY;
  private static final List<String> PARTS = List.of("state", "curve.jsonl", "checkpoint.json");
  private static int cases;
  private static int detected;

  @TempDir Path cache;
  MemoryBucket store;
  Shelf shelf;

  @BeforeEach
  void open() {
    store = new MemoryBucket();
    shelf = new Shelf(store, cache, Map.of());
  }

  @AfterAll
  static void say() {
    System.out.printf("corruption: %,d of %,d detected%n", detected, cases);
    assertThat(detected).isEqualTo(cases).isGreaterThan(2_000);
  }

  @Test
  void aDamagedNewestCheckpointFallsBack() {
    TreeMap<String, byte[]> right = twoCheckpoints();
    for (String part : PARTS) {
      String key = place(right, 1_500) + "/" + part;
      damages(right, key)
          .forEach((how, bytes) -> restored(right, Map.of(key, bytes), 1_000, part + " " + how));
      String other = place(right, 1_000) + "/" + part;
      restored(right, Map.of(key, right.get(other)), 1_000, part + " of the one before");
    }
  }

  @Test
  void partsThatChangedPlacesAreFoundInBoth() {
    TreeMap<String, byte[]> right = twoCheckpoints();
    for (String part : PARTS) {
      String newest = place(right, 1_500) + "/" + part;
      String before = place(right, 1_000) + "/" + part;
      lost(right, Map.of(newest, right.get(before), before, right.get(newest)), part + " swapped");
    }
  }

  @Test
  void aStaleManifestIsFound() {
    TreeMap<String, byte[]> right = twoCheckpoints();
    String key = place(right, 1_500) + "/checkpoint.json";
    // One of the same place and step, sealed, from before: its parts are not these.
    MemoryBucket earlier = new MemoryBucket();
    Checkpoints other = new Shelf(earlier, cache, Map.of()).checkpoints("finetune", KEY);
    commit(other, 1_500, "other state");
    assertThat(earlier.objects).containsKey(key);
    restored(right, Map.of(key, earlier.objects.get(key)), 1_000, "stale manifest");
  }

  @Test
  void whereNoCheckpointVerifiesThatIsAnError() {
    TreeMap<String, byte[]> right = twoCheckpoints();
    for (String part : PARTS) {
      String newest = place(right, 1_500) + "/" + part;
      String before = place(right, 1_000) + "/" + part;
      Map<String, byte[]> ofBefore = damages(right, before);
      damages(right, newest)
          .forEach(
              (how, bytes) -> {
                if (!ofBefore.containsKey(how)) return;
                Map<String, byte[]> both = new LinkedHashMap<>();
                both.put(newest, bytes);
                both.put(before, ofBefore.get(how));
                lost(right, both, "both: " + part + " " + how);
              });
    }
  }

  @Test
  void aDamagedLedgerLosesNothing() {
    TreeMap<String, byte[]> right = twoCheckpoints();
    String key = newestLedger(right);
    damages(right, key)
        .forEach((how, b) -> restored(right, Map.of(key, b), 1_500, "ledger " + how));
  }

  @Test
  void aStaleLedgerLosesNothing() {
    Checkpoints first = shelf.checkpoints("finetune", KEY);
    commit(first, 1_000, "state");
    byte[] stale = store.objects.get(newestLedger(store.objects));
    Checkpoints second = shelf.checkpoints("finetune", KEY);
    commit(second, 1_500, "state");
    commit(second, 2_000, "state");
    TreeMap<String, byte[]> right = new TreeMap<>(store.objects);
    String key = newestLedger(right);
    String before = PLACE + "/" + Ledger.file(Ledger.number(key) - 1);

    restored(right, Map.of(key, stale), 2_000, "ledger of an earlier attempt");
    restored(right, Map.of(key, right.get(before)), 2_000, "ledger before");
    restored(
        right, Map.of(key, right.get(before), before, right.get(key)), 2_000, "ledgers swapped");
  }

  @Test
  void aDamagedResultIsMadeAgain() {
    result("weights of the first").commit();
    TreeMap<String, byte[]> right = new TreeMap<>(store.objects);
    for (String part : List.of("network", "cuts.json", "stage.json")) {
      String key = RESULT + "/" + part;
      damages(right, key).forEach((how, bytes) -> madeAgain(right, Map.of(key, bytes), how));
    }
    madeAgain(
        right,
        Map.of(
            RESULT + "/network",
            right.get(RESULT + "/cuts.json"),
            RESULT + "/cuts.json",
            right.get(RESULT + "/network")),
        "swapped");
    MemoryBucket other = new MemoryBucket();
    store = other;
    shelf = new Shelf(store, cache, Map.of());
    result("other weights").commit();
    byte[] stale = other.objects.get(RESULT + "/stage.json");
    madeAgain(right, Map.of(RESULT + "/stage.json", stale), "stale manifest");
  }

  private TreeMap<String, byte[]> twoCheckpoints() {
    Checkpoints checkpoints = shelf.checkpoints("finetune", KEY);
    commit(checkpoints, 1_000, "state");
    commit(checkpoints, 1_500, "state");
    return new TreeMap<>(store.objects);
  }

  private static void commit(Checkpoints checkpoints, int step, String state) {
    checkpoints
        .stage(step)
        .add("state", bytes(state + " at " + step))
        .add("curve.jsonl", bytes("{\"step\":" + step + "}\n"))
        .commit();
  }

  private Staging result(String weights) {
    return shelf
        .stage("prune", KEY, NullNode.getInstance(), List.of("networks/base"))
        .add("network", bytes(weights))
        .add("cuts.json", bytes("[]"));
  }

  private static String place(TreeMap<String, byte[]> objects, int step) {
    return objects.keySet().stream()
        .filter(k -> k.contains(String.format("/step-%08d-", step)))
        .map(k -> k.substring(0, k.lastIndexOf('/')))
        .findFirst()
        .orElseThrow();
  }

  private static String newestLedger(TreeMap<String, byte[]> objects) {
    return objects.keySet().stream().filter(k -> Ledger.number(k) > 0).reduce((a, b) -> b).get();
  }

  /**
   * By name; an empty array of length 0 is a zero length, {@link #MISSING} a deletion. Of a JSON
   * file's bits those that only change white space change nothing and are left out.
   */
  private static Map<String, byte[]> damages(TreeMap<String, byte[]> objects, String key) {
    byte[] whole = objects.get(key);
    Map<String, byte[]> damages = new LinkedHashMap<>();
    damages.put("missing", MISSING);
    for (int length : new int[] {0, 1, whole.length / 2, whole.length - 3, whole.length - 2}) {
      if (length >= 0 && length < whole.length) {
        damages.put("cut to " + length, Arrays.copyOf(whole, length));
      }
    }
    damages.put("longer", Arrays.copyOf(whole, whole.length + 1));
    boolean json = key.endsWith("checkpoint.json") || key.endsWith("stage.json");
    boolean sealed = json || Ledger.number(key) > 0;
    for (int bit = 0; bit < 8 * whole.length; bit += sealed ? 3 : 1) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      if (!sealed || !means(flipped, whole)) damages.put("bit " + bit, flipped);
    }
    return damages;
  }

  private static final byte[] MISSING = new byte[0];

  /** Whether two texts are the same JSON, an absent field being one that is null. */
  private static boolean means(byte[] text, byte[] other) {
    try {
      return Arrays.equals(
          CanonicalJson.bytes(dev.espalier.compression.Json.MAPPER.readTree(text)),
          CanonicalJson.bytes(dev.espalier.compression.Json.MAPPER.readTree(other)));
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private void damage(TreeMap<String, byte[]> right, Map<String, byte[]> damage) {
    store.objects.clear();
    store.objects.putAll(right);
    damage.forEach(
        (key, bytes) -> {
          if (bytes == MISSING) store.objects.remove(key);
          else store.objects.put(key, bytes);
        });
    shelf = new Shelf(store, cache, Map.of());
  }

  private void restored(
      TreeMap<String, byte[]> right, Map<String, byte[]> damage, int step, String how) {
    cases++;
    damage(right, damage);
    Checkpoints next = shelf.checkpoints("finetune", KEY);
    Checkpoints.Checkpoint found = next.newestVerified(1_000).orElseThrow();
    assertThat(found.step()).as(how).isEqualTo(step);
    assertThat(found.artifact().bytes("state")).as(how).isEqualTo(bytes("state at " + step));
    // And training goes on.
    commit(next, step + 700, "state");
    assertThat(shelf.checkpoints("finetune", KEY).newestVerified(0).orElseThrow().step())
        .as(how)
        .isEqualTo(step + 700);
    detected++;
  }

  private void lost(TreeMap<String, byte[]> right, Map<String, byte[]> damage, String how) {
    cases++;
    damage(right, damage);
    assertThatThrownBy(() -> shelf.checkpoints("finetune", KEY).newestVerified(0))
        .as(how)
        .isInstanceOf(LostCheckpoint.class)
        .hasMessageContaining(PLACE);
    detected++;
  }

  private void madeAgain(TreeMap<String, byte[]> right, Map<String, byte[]> damage, String how) {
    cases++;
    store = new MemoryBucket();
    damage(right, damage);
    assertThat(shelf.findWhole(RESULT)).as(how).isEmpty();
    StoredArtifact again = result("weights of the first").commit();
    again.verify();
    assertThat(shelf.findWhole(RESULT)).as(how).isPresent();
    assertThat(again.bytes("network")).isEqualTo(bytes("weights of the first"));
    detected++;
  }
}
