package dev.espalier.activities.shelf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trainings that share their first steps: each goes on from the checkpoints of the others. Who is
 * one of them says an object {@code lines/<stage>/<line>/<stage key>}, which holds the training's
 * configuration. Reading another's checkpoints takes nothing over; one that its owner deletes
 * meanwhile is passed over.
 */
public final class Line {
  private static final Logger log = LoggerFactory.getLogger(Line.class);

  private final Shelf shelf;
  private final String stage;
  private final String prefix;
  private final String key;

  /**
   * A checkpoint of another training of the line.
   *
   * @param key of that training
   * @param config of that training, as it noted it
   */
  public record Shared(String key, JsonNode config, Checkpoints.Checkpoint checkpoint) {}

  private record Other(String key, Checkpoints checkpoints, int step) {}

  private Line(Shelf shelf, String stage, String prefix, String key) {
    this.shelf = shelf;
    this.stage = stage;
    this.prefix = prefix;
    this.key = key;
  }

  /**
   * Makes the training {@code key} one of the line.
   *
   * @param line hash of all that determines the first steps
   * @param config of the training, complete
   * @throws InvalidInput if a name is not legal
   */
  public static Line join(Shelf shelf, String stage, String line, String key, JsonNode config) {
    String prefix = "lines/" + ObjectNames.segment(stage) + "/" + ObjectNames.segment(line);
    shelf.store().put(prefix + "/" + ObjectNames.segment(key), CanonicalJson.bytes(config));
    return new Line(shelf, stage, prefix, key);
  }

  /** The others' checkpoints of at most {@code step} steps that verify, newest first, on demand. */
  public Stream<Shared> upTo(int step) {
    List<Other> others =
        shelf.store().list(prefix).stream()
            .map(object -> object.key().substring(prefix.length() + 1))
            .filter(other -> !other.equals(key))
            .flatMap(this::checkpoints)
            .filter(other -> other.step <= step)
            .sorted(Comparator.comparing(Other::step).reversed().thenComparing(Other::key))
            .toList();
    return others.stream().flatMap(other -> shared(other).stream());
  }

  private Stream<Other> checkpoints(String other) {
    Checkpoints found = Checkpoints.look(shelf, stage, other);
    return found.steps().stream().map(step -> new Other(other, found, step));
  }

  private Optional<Shared> shared(Other other) {
    return other
        .checkpoints
        .newestUpTo(other.step)
        .filter(checkpoint -> checkpoint.step() == other.step)
        .flatMap(checkpoint -> config(other.key).map(c -> new Shared(other.key, c, checkpoint)));
  }

  private Optional<JsonNode> config(String other) {
    return shelf
        .store()
        .get(prefix + "/" + other)
        .flatMap(found -> parse(other, new String(found.bytes(), UTF_8)));
  }

  private Optional<JsonNode> parse(String other, String text) {
    try {
      return Optional.of(Json.parse(text, prefix + "/" + other));
    } catch (InvalidInput e) {
      log.warn("passed over: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
