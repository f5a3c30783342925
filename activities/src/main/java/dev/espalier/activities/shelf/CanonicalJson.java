package dev.espalier.activities.shelf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import java.util.Map;
import java.util.TreeMap;

/**
 * JSON in one spelling, so that equal values have equal digests: fields sorted, absent and null the
 * same, whole numbers without a fraction.
 */
final class CanonicalJson {
  private static final double LARGEST_WHOLE = 1L << 53;

  private CanonicalJson() {}

  static byte[] bytes(JsonNode value) {
    return Json.write(canonical(value)).getBytes(UTF_8);
  }

  private static JsonNode canonical(JsonNode value) {
    if (value instanceof ObjectNode object) {
      Map<String, JsonNode> sorted = new TreeMap<>();
      object.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
      ObjectNode result = Json.MAPPER.createObjectNode();
      sorted.forEach(
          (name, field) -> {
            if (!field.isNull()) result.set(name, canonical(field));
          });
      return result;
    }
    if (value instanceof ArrayNode array) {
      ArrayNode result = Json.MAPPER.createArrayNode();
      array.forEach(element -> result.add(canonical(element)));
      return result;
    }
    if (value.isFloatingPointNumber()) {
      double number = value.doubleValue();
      if (number == Math.rint(number) && Math.abs(number) <= LARGEST_WHOLE) {
        return LongNode.valueOf((long) number);
      }
    }
    return value;
  }
}
