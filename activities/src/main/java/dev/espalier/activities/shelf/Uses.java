package dev.espalier.activities.shelf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Notes of which run uses which stage's result, {@code uses/<stage>/<key>/<run>}. A stage writes
 * its note before it looks for its result, so that a collection that has deleted the manifest since
 * sees the note and puts the manifest back.
 */
final class Uses {
  static final String FOLDER = "uses";
  private static final int DIGITS = 20;

  private Uses() {}

  /**
   * @param artifact prefix of the result
   * @param run whose note it is
   */
  record Use(String artifact, String run, String object, Instant noted) {}

  static void note(Bucket store, String run, String artifact) {
    byte[] content = Json.write(Map.of("run", run)).getBytes(UTF_8);
    store.put(folder(artifact) + "/" + name(run), content);
  }

  /** Who uses {@code artifact}. */
  static List<Use> of(Bucket store, String artifact) {
    return read(store, store.list(folder(artifact)));
  }

  static List<Use> all(Bucket store) {
    return read(store, store.list(FOLDER));
  }

  private static List<Use> read(Bucket store, List<ObjectStore.Stat> notes) {
    return notes.stream().flatMap(note -> read(store, note).stream()).toList();
  }

  private static Optional<Use> read(Bucket store, ObjectStore.Stat note) {
    String[] path = note.key().split("/");
    if (path.length != 4) return Optional.empty();
    String artifact = "stages/" + path[1] + "/" + path[2];
    return store
        .get(note.key())
        .map(found -> new Use(artifact, run(found, path[3]), note.key(), note.modified()));
  }

  /** The run as noted; where the note is damaged, its file's name. */
  private static String run(ObjectStore.Content note, String name) {
    try {
      JsonNode json = Json.parse(new String(note.bytes(), UTF_8), FOLDER);
      return json.path("run").asText(name);
    } catch (dev.espalier.compression.InvalidInput e) {
      return name;
    }
  }

  private static String folder(String artifact) {
    return FOLDER + artifact.substring(artifact.indexOf('/'));
  }

  private static String name(String run) {
    if (ObjectNames.legal(run) && !run.contains("/")) return run;
    return Sha256.of(run.getBytes(UTF_8)).hex().substring(0, DIGITS);
  }
}
