package dev.espalier.workers.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.shelf.Checkpoints;
import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.LostCheckpoint;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.Shelf;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Every object of a checkpoint is damaged in every way, on both stores. */
final class Corruption implements Trial {
  private static final String STATE = "state.safetensors";
  private static final int OLDER = 25;
  private static final int NEWER = 50;

  /** A damage; nothing means the object is gone. */
  private interface Damage {
    Optional<byte[]> of(byte[] whole, byte[] older);
  }

  private static final Map<String, Damage> DAMAGES =
      new TreeMap<>(
          Map.of(
              "truncated", (whole, older) -> Optional.of(Arrays.copyOf(whole, whole.length / 2)),
              "bit flip", (whole, older) -> Optional.of(flipped(whole)),
              "zero length", (whole, older) -> Optional.of(new byte[0]),
              "missing", (whole, older) -> Optional.empty(),
              "stale", (whole, older) -> Optional.of(older)));

  private int cases;
  private final List<String> missed = new ArrayList<>();

  @Override
  public String name() {
    return "corruption";
  }

  @Override
  public int references(Scale scale) {
    return 0;
  }

  @Override
  public Verdict run(Setting setting) throws Exception {
    for (StoreKind kind : StoreKind.values()) {
      if (kind == StoreKind.MINIO && setting.tools().minio().isEmpty()) continue;
      try (Ground ground =
          new Ground(setting.tools(), kind, setting.folder().resolve(kind.name()))) {
        for (Map.Entry<String, Damage> damage : DAMAGES.entrySet()) {
          for (String part : List.of(STATE, "curve.jsonl", "checkpoint.json")) {
            oneDamaged(ground, part, damage);
            // A stale older one would be itself: nothing lies before it.
            if (!damage.getKey().equals("stale")) bothDamaged(ground, part, damage);
          }
        }
      }
    }
    String measured = String.format("%d of %d detected%s", cases - missed.size(), cases, missed);
    return Verdict.of(
        "damaged checkpoints",
        "100 % detected; the previous one used, or a clear error when none",
        measured.replace("[]", ""),
        missed.isEmpty());
  }

  private void oneDamaged(Ground ground, String part, Map.Entry<String, Damage> damage)
      throws Exception {
    Shelf shelf = ground.shelf();
    String key = key();
    write(shelf, key);
    damage(ground.objects(), key, NEWER, part, damage.getValue());
    Optional<Checkpoints.Checkpoint> found =
        shelf.checkpoints("finetune", key).newestVerified(NEWER);
    boolean right =
        found.isPresent()
            && found.get().step() == OLDER
            && Files.readString(found.get().artifact().fetch(STATE)).equals(state(OLDER));
    note(right, damage.getKey() + " " + part);
  }

  private void bothDamaged(Ground ground, String part, Map.Entry<String, Damage> damage)
      throws Exception {
    Shelf shelf = ground.shelf();
    String key = key();
    write(shelf, key);
    damage(ground.objects(), key, NEWER, part, damage.getValue());
    damage(ground.objects(), key, OLDER, part, damage.getValue());
    try {
      shelf.checkpoints("finetune", key).newestVerified(NEWER);
      note(false, damage.getKey() + " " + part + " of both");
    } catch (LostCheckpoint | CorruptArtifact e) {
      note(true, "");
    }
  }

  private void note(boolean right, String what) {
    cases++;
    if (!right) missed.add(what);
  }

  private String key() {
    return String.format("%020x", 4096 + cases);
  }

  private static void write(Shelf shelf, String key) {
    Checkpoints checkpoints = shelf.checkpoints("finetune", key);
    for (int step : new int[] {OLDER, NEWER}) {
      checkpoints
          .stage(step)
          .add(STATE, state(step).getBytes(UTF_8))
          .add("curve.jsonl", ("{\"step\":" + step + "}\n").getBytes(UTF_8))
          .commit();
    }
  }

  private static void damage(ObjectStore store, String key, int step, String part, Damage damage) {
    String object = object(key, step, part);
    byte[] whole = store.get(object).orElseThrow().bytes();
    byte[] older = store.get(object(key, OLDER, part)).orElseThrow().bytes();
    damage.of(whole, older).ifPresentOrElse(b -> store.put(object, b), () -> store.delete(object));
  }

  private static String object(String key, int step, String part) {
    return String.format("stages/finetune/%s/checkpoints/step-%08d-epoch-1/%s", key, step, part);
  }

  private static String state(int step) {
    return "state of step " + step + " ".repeat(1000);
  }

  private static byte[] flipped(byte[] whole) {
    byte[] flipped = whole.clone();
    flipped[flipped.length / 3] ^= 16;
    return flipped;
  }
}
