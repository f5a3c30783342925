package dev.espalier.workflows.search;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values that one field of a plan takes: listed, as in {@code [0.5, 0.7]}, or all of a range,
 * as in {@code {"low": 1e-5, "high": 1e-3, "scale": "log"}}.
 *
 * @param values in order; empty where there is a range
 * @param range absent where values are listed
 */
public record Axis(List<JsonNode> values, @Nullable Range range) {
  public Axis {
    values = List.copyOf(values);
  }

  /** An axis as it is written. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Axis of(JsonNode written) {
    if (written instanceof ArrayNode array) {
      List<JsonNode> values = new ArrayList<>();
      array.forEach(values::add);
      InvalidInput.require(!values.isEmpty(), "has no values");
      return new Axis(values, null);
    }
    InvalidInput.require(
        written.isObject(),
        "is %s; legal are a list of values and a range, such as {\"low\": 1e-5, \"high\": 1e-3,"
            + " \"scale\": \"log\"}",
        written);
    for (String end : List.of("low", "high")) {
      InvalidInput.require(
          written.path(end).isNumber(), "has %s %s; legal is a number", end, written.get(end));
    }
    return new Axis(List.of(), Json.bind(written, Range.class, "has a range"));
  }

  /** As it is written. */
  @JsonValue
  JsonNode written() {
    return Json.MAPPER.valueToTree(range == null ? values : range);
  }

  /**
   * The values a grid takes.
   *
   * @throws InvalidInput if it is a range that does not say how many
   */
  public List<JsonNode> grid() {
    if (range == null) return values;
    Integer points = range.points();
    InvalidInput.require(
        points != null,
        "is a range without points; say how many the grid takes, or search with the sampler"
            + " random or tpe");
    return range.grid(Objects.requireNonNull(points));
  }

  /**
   * The value so far along; a list is cut into as many equal parts as it has values.
   *
   * @param unit 0 to 1
   */
  public JsonNode at(double unit) {
    if (range != null) return range.at(unit);
    return values.get((int) Math.min(values.size() - 1, Math.floor(unit * values.size())));
  }

  /**
   * Where {@link #at} has {@code value}; the middle of its part where it is listed.
   *
   * @param value one of this axis
   */
  public double unit(JsonNode value) {
    return range == null ? (values.indexOf(value) + 0.5) / values.size() : range.unit(value);
  }
}
