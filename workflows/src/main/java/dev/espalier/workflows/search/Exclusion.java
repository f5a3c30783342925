package dev.espalier.workflows.search;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.espalier.compression.InvalidInput;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Points that are left out: those where every field named here has one of the values named with it.
 * {@code {"prune.criterion": "random", "svs.enabled": true}} leaves out one combination of two
 * axes; a list stands for any of its values, and {@code {"above": 0.7}} or {@code {"below": 0.3}}
 * for numbers.
 *
 * @param fields axis → value, values, or bound
 */
public record Exclusion(Map<String, JsonNode> fields) {
  private static final Set<String> BOUNDS = Set.of("above", "below");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Exclusion {
    InvalidInput.require(!fields.isEmpty(), "exclude has an empty entry; it would leave out all");
  }

  /**
   * Checks that it speaks of {@code axes} alone.
   *
   * @throws InvalidInput naming the field
   */
  public void require(Set<String> axes) {
    fields.forEach(
        (field, value) -> {
          InvalidInput.require(
              axes.contains(field),
              "exclude names '%s'; legal are the axes %s",
              field,
              String.join(", ", axes));
          InvalidInput.require(
              !isBound(value) || value.elements().next().isNumber(),
              "exclude '%s' is %s; legal is a number after above or below",
              field,
              value);
        });
  }

  /** Whether the point with these values of its axes is left out. */
  public boolean matches(Map<String, JsonNode> point) {
    return fields.entrySet().stream()
        .allMatch(entry -> covers(entry.getValue(), point.get(entry.getKey())));
  }

  private static boolean covers(JsonNode written, @Nullable JsonNode at) {
    if (at == null) return false;
    if (written instanceof ArrayNode any) {
      for (JsonNode one : any) if (equal(one, at)) return true;
      return false;
    }
    if (isBound(written)) {
      double bound = written.elements().next().doubleValue();
      return at.isNumber()
          && (written.has("above") ? at.doubleValue() > bound : at.doubleValue() < bound);
    }
    return equal(written, at);
  }

  private static boolean isBound(JsonNode written) {
    return written.isObject()
        && written.size() == 1
        && BOUNDS.contains(written.fieldNames().next());
  }

  private static boolean equal(JsonNode one, JsonNode other) {
    return one.isNumber() && other.isNumber()
        ? one.doubleValue() == other.doubleValue()
        : one.equals(other);
  }
}
