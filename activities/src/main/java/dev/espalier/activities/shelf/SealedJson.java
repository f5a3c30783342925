package dev.espalier.activities.shelf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.io.IOException;

/**
 * A JSON object that carries the SHA-256 of its own canonical form in the field {@code seal}, so
 * that an altered digit is found though the text still parses. The seal is over the fields as
 * written: it stays valid when a later version knows more fields.
 */
final class SealedJson {
  private static final String SEAL = "seal";

  private SealedJson() {}

  static byte[] write(Object value) {
    ObjectNode object = Json.MAPPER.valueToTree(value);
    object.put(SEAL, seal(object));
    return Json.pretty(object).getBytes(UTF_8);
  }

  /** The seal that {@link #write} gives {@code value}. */
  static String seal(Object value) {
    return Sha256.of(CanonicalJson.bytes(Json.MAPPER.valueToTree(value))).hex();
  }

  /**
   * Checks the seal, then binds.
   *
   * @param schema newest schema version this program knows; the field {@code schema} says the
   *     file's
   * @throws CorruptArtifact if the text is torn or altered
   * @throws InvalidInput if a newer version of this program wrote it: it is right, only unreadable
   *     here, and must not be taken for damaged and made again
   */
  static <T> T read(byte[] text, Class<T> type, int schema, String artifact, String file) {
    if (!(parse(text, artifact, file) instanceof ObjectNode object)) {
      throw new CorruptArtifact(artifact, file, "is no JSON object");
    }
    JsonNode seal = object.remove(SEAL);
    if (seal == null || !seal.asText().equals(seal(object))) {
      throw new CorruptArtifact(artifact, file, "was altered after it was sealed");
    }
    int written = object.path("schema").asInt();
    InvalidInput.require(
        written <= schema,
        "%s/%s has schema %d, from a newer version of Espalier; this one reads up to %d: upgrade"
            + " this program, or give the older one a bucket of its own",
        artifact,
        file,
        written,
        schema);
    // The seal is the same with and without them, so their names may have been altered.
    object.properties().removeIf(field -> field.getValue().isNull());
    return Json.bind(object, type, artifact + "/" + file);
  }

  private static JsonNode parse(byte[] text, String artifact, String file) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifact(artifact, file, "is not whole JSON");
    } catch (IOException e) {
      throw new CorruptArtifact(artifact, file, "is not text");
    }
  }
}
