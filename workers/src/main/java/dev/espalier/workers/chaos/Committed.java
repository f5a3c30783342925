package dev.espalier.workers.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.compression.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** The checkpoints of finetunes as they lie in a store, read without taking part. */
final class Committed {
  private static final Pattern CHECKPOINT =
      Pattern.compile(
          "stages/finetune/([0-9a-f]+)/checkpoints/step-(\\d+)-epoch-(\\d+)/checkpoint\\.json");
  private static final Pattern LEDGER =
      Pattern.compile("stages/finetune/([0-9a-f]+)/checkpoints/ledger-\\d+\\.json");

  private Committed() {}

  /** The newest step with a manifest, by the finetune's key. */
  static Map<String, Integer> newest(ObjectStore store) {
    return newest(store.list("stages/finetune"));
  }

  private static Map<String, Integer> newest(List<ObjectStore.Stat> objects) {
    Map<String, Integer> steps = new HashMap<>();
    for (ObjectStore.Stat object : objects) {
      Matcher found = CHECKPOINT.matcher(object.key());
      if (found.matches()) {
        steps.merge(found.group(1), Integer.parseInt(found.group(2)), Math::max);
      }
    }
    return steps;
  }

  /** A number that changes with each stage that is done and each newer checkpoint. */
  static int marks(ObjectStore store) {
    List<ObjectStore.Stat> objects = store.list("stages");
    int steps = newest(objects).values().stream().mapToInt(Integer::intValue).sum();
    return steps + (int) objects.stream().filter(Committed::ofAStage).count();
  }

  private static boolean ofAStage(ObjectStore.Stat object) {
    return object.key().matches("stages/[a-z]+/[0-9a-f]+/stage\\.json");
  }

  /** A checkpoint that counts. */
  record Entry(int step, long epoch) {}

  /** What counts by the newest ledger of a finetune. */
  static List<Entry> counted(ObjectStore store, String key) {
    Optional<byte[]> newest =
        store.list("stages/finetune/" + key + "/checkpoints").stream()
            .map(ObjectStore.Stat::key)
            .filter(name -> LEDGER.matcher(name).matches())
            .max(String::compareTo)
            .flatMap(store::get)
            .map(ObjectStore.Content::bytes);
    if (newest.isEmpty()) return List.of();
    JsonNode ledger = Json.parse(new String(newest.get(), StandardCharsets.UTF_8), "ledger");
    return StreamSupport.stream(ledger.path("entries").spliterator(), false)
        .map(entry -> new Entry(entry.get("step").asInt(), entry.get("epoch").asLong()))
        .toList();
  }
}
