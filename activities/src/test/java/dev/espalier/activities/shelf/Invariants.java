package dev.espalier.activities.shelf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The invariants of docs/commit-protocol.md, by their numbers there, told of every effect on the
 * store and of all that attempts are promised. A state is the way that led to it, such as {@code
 * 100@1/200@1/300@4}: its steps and the epochs of the attempts that trained them.
 */
final class Invariants implements SimulatedStore.Witness {
  private final Map<String, byte[]> counted = new HashMap<>();
  private final Set<String> torn = new HashSet<>();
  private final Set<String> staged = new HashSet<>();
  private final List<String> acknowledged = new ArrayList<>();
  private final TreeMap<Long, Long> epochs = new TreeMap<>();
  private final SimulatedStore store;
  private final String prefix;
  private Optional<Ledger> newest = Optional.empty();
  private String result = "";
  private final Set<String> damaged = new HashSet<>();

  /** An invariant does not hold. */
  static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    Violation(String invariant, String message) {
      super(invariant + ": " + message);
    }
  }

  Invariants(String prefix) {
    this.prefix = prefix;
    this.store = new SimulatedStore(this);
  }

  SimulatedStore store() {
    return store;
  }

  /** The store altered what it held; what was acknowledged may be lost now, but never silently. */
  void damages(String key) {
    damaged.add(key);
  }

  /** What has been damaged up to now. */
  Set<String> damaged() {
    return Set.copyOf(damaged);
  }

  Optional<Ledger> newest() {
    return newest;
  }

  boolean anyAcknowledged() {
    return !acknowledged.isEmpty();
  }

  /** An attempt is about to commit {@code way}. */
  void stages(String way) {
    staged.add(way);
  }

  /** An attempt was told that {@code way} is committed. */
  void acknowledges(String way) {
    if (damaged.isEmpty()) {
      for (String earlier : acknowledged) {
        // An attempt may sleep between its commit and its knowledge of it.
        require(
            "I2",
            follows(way, earlier) || follows(earlier, way),
            "%s is acknowledged beside %s",
            way,
            earlier);
      }
    }
    acknowledged.add(way);
  }

  /**
   * An attempt goes on from {@code way}.
   *
   * @param before what had been damaged before it looked
   */
  void resumes(String way, Manifest manifest, Set<String> before) {
    require("I3", staged.contains(way), "an attempt goes on from '%s', which nobody wrote", way);
    for (Manifest.Part part : manifest.parts()) {
      String key = manifest.artifact() + "/" + part.object();
      if (!before.contains(key) && !torn.contains(key)) continue;
      Optional<byte[]> bytes = store.get(key);
      require(
          "I3",
          bytes.isPresent() && Sha256.of(bytes.get()).hex().equals(part.sha256()),
          "%s is accepted though its part %s is damaged",
          manifest.artifact(),
          part.name());
    }
  }

  /** An attempt begins at step 0. */
  void beginsAtZero(boolean acknowledgedBefore) {
    require("I4", !acknowledgedBefore, "an attempt begins at step 0 after %s", acknowledged);
  }

  /** An attempt refuses to begin at step 0. */
  void lost(LostCheckpoint e) {
    require("I1", !damaged.isEmpty(), "nothing was damaged, but: %s", e.getMessage());
  }

  /** An attempt was given the training's result. */
  void ends(String way) {
    require("I7", result.isEmpty() || result.equals(way), "results %s and %s", result, way);
    result = way;
  }

  /** After all faults, an undisturbed attempt goes on from {@code way}. */
  void inTheEnd(Optional<String> way) {
    if (!damaged.isEmpty()) return;
    for (String one : acknowledged) {
      require("I1", follows(way.orElse(""), one), "%s was acknowledged; left is %s", one, way);
    }
  }

  @Override
  public void puts(String key, byte[] bytes) {
    Optional<byte[]> there = store.get(key);
    long number = Ledger.number(key);
    if (number > 0) {
      ledger(key, number, bytes, there);
    } else if (key.endsWith("/checkpoint.json")) {
      manifest(key, bytes);
    }
    byte[] right = counted.get(key);
    require(
        "I6",
        right == null || there.isEmpty() || Arrays.equals(right, bytes),
        "%s counts and is overwritten with other bytes",
        key);
  }

  private void ledger(String key, long number, byte[] bytes, Optional<byte[]> there) {
    require(
        "I6",
        there.isEmpty() || Arrays.equals(there.get(), bytes),
        "%s is overwritten with other bytes",
        key);
    Ledger ledger = Ledger.read(bytes, prefix, number).orElseThrow();
    if (!epochs.isEmpty() && number <= epochs.lastKey()) return;
    long highest = epochs.values().stream().mapToLong(e -> e).max().orElse(0);
    require(
        "I2",
        ledger.epoch() >= highest,
        "%s of epoch %d becomes the newest after epoch %d took over",
        key,
        ledger.epoch(),
        highest);
    epochs.put(number, ledger.epoch());
    newest = Optional.of(ledger);
    for (Ledger.Entry entry : ledger.entries()) {
      String place = prefix + "/" + new CheckpointName(entry.step(), entry.epoch());
      store
          .below(place)
          .forEach(
              (part, content) -> {
                if (!torn.contains(part)) counted.putIfAbsent(part, content);
              });
    }
  }

  /** Parts are there before the manifest that lists them. */
  private void manifest(String key, byte[] bytes) {
    if (!damaged.isEmpty() || store.get(key).isPresent()) return;
    String place = key.substring(0, key.lastIndexOf('/'));
    long step = CheckpointName.of(place).orElseThrow().step();
    boolean past =
        newest.stream().flatMap(l -> l.entries().stream()).anyMatch(e -> e.step() >= step);
    for (Manifest.Part part : Manifest.read(bytes, place).parts()) {
      String object = place + "/" + part.object();
      // A manifest that comes a second time, after its checkpoint was deleted, counts for nobody.
      require(
          "I5",
          past || torn.contains(object) || store.get(object).isPresent(),
          "%s is there before its part %s",
          key,
          part.name());
    }
  }

  @Override
  public void tears(String key) {
    torn.add(key);
  }

  @Override
  public void deletes(String key) {
    long number = Ledger.number(key);
    require("I8", number == 0 || number < epochs.lastKey(), "the newest ledger is deleted");
    for (Ledger.Entry entry : newest.map(Ledger::entries).orElse(List.of())) {
      String place = prefix + "/" + new CheckpointName(entry.step(), entry.epoch());
      require("I1", !key.startsWith(place + "/"), "%s counts and is deleted", key);
    }
  }

  private static boolean follows(String way, String earlier) {
    return way.equals(earlier) || earlier.isEmpty() || way.startsWith(earlier + "/");
  }

  private static void require(String invariant, boolean holds, String message, Object... of) {
    if (!holds) throw new Violation(invariant, String.format(message, of));
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
