package dev.espalier.activities.shelf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import java.util.List;

/** The key under which a stage's result lies: a hash of all that determines it. */
public final class StageKey {
  private static final int DIGITS = 20;

  private StageKey() {}

  /**
   * The first 20 hex digits of the SHA-256 of {algorithm, config, inputs, stage} as canonical JSON.
   * Neither the order of the config's fields nor {@code 1} against {@code 1.0} matters; the order
   * of inputs does.
   *
   * @param algorithmVersion of the stage's code; raised when its results change
   * @param config complete, with defaults
   * @param inputs prefixes of the input artifacts and fingerprints of the data
   */
  public static String of(
      String stage, int algorithmVersion, JsonNode config, List<String> inputs) {
    ObjectNode derivation = Json.MAPPER.createObjectNode();
    derivation.put("algorithm", algorithmVersion);
    derivation.set("config", config);
    derivation.set("inputs", Json.MAPPER.valueToTree(inputs));
    derivation.put("stage", stage);
    return Sha256.of(CanonicalJson.bytes(derivation)).hex().substring(0, DIGITS);
  }
}
