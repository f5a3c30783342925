package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plans that share most of what they say: named ones, or a grid of every combination of the axes'
 * values, or the grid of each named one; all laid over one plan.
 *
 * <pre>{@code
 * {"name": "ratios", "plan": {"recipe": "demo"}, "parallel": 2,
 *  "axes": {"prune.ratio": [0.5, 0.7], "svs.enabled": [false, true]}}
 * {"name": "criteria", "arms": {
 *   "random": {"prune": {"criterion": "random"}}, "magnitude": {"prune": {"criterion": "magnitude"}}}}
 * }</pre>
 *
 * @param name lower-case letters, digits and dashes; the arms' ids start with it
 * @param plan what all arms share, as a {@link CompressionWorkflow} takes it; absent means {@code
 *     {}}
 * @param arms label → what that arm says differently; may be empty
 * @param axes dotted field of a plan → the values it takes; may be empty where there are arms
 * @param parallel arms at work at once
 * @param published what is reported elsewhere of the arms, by their labels
 */
public record SweepPlan(
    String name,
    ObjectNode plan,
    Map<String, ObjectNode> arms,
    Map<String, List<JsonNode>> axes,
    int parallel,
    @Nullable Published published) {
  /** More would outgrow one history and one result; split the grid into several sweeps. */
  public static final int MOST_ARMS = 256;

  /**
   * @param label what sets the arm apart, such as {@code prune.ratio=0.5 svs.enabled=true}
   * @param request the arm's plan, not yet resolved
   */
  public record Point(String label, ObjectNode request) {}

  public SweepPlan {
    InvalidInput.require(
        name.matches("[a-z0-9][a-z0-9-]{0,60}"),
        "name is '%s'; legal are up to 61 lower-case letters, digits and dashes",
        name);
    InvalidInput.require(
        !axes.isEmpty() || !arms.isEmpty(),
        "axes is empty; name at least one, such as {\"prune.ratio\": [0.5, 0.7]}");
    arms.forEach(
        (label, fields) -> {
          InvalidInput.require(
              label.matches("\\S(.{0,58}\\S)?"),
              "arm '%s': legal are labels of 1 to 60 characters without space at their ends",
              label);
          InvalidInput.require(fields != null, "arm '%s' is null; legal is an object", label);
        });
    axes.forEach(
        (field, values) -> {
          InvalidInput.require(
              field.matches("[A-Za-z0-9]+(\\.[A-Za-z0-9]+)*"),
              "axis '%s' is no dotted field of a plan, such as prune.ratio",
              field);
          InvalidInput.require(
              values != null && !values.isEmpty(), "axis '%s' has no values", field);
        });
    double made =
        axes.values().stream()
            .mapToDouble(List::size)
            .reduce(Math.max(1, arms.size()), (a, b) -> a * b);
    InvalidInput.require(
        made <= MOST_ARMS, "the axes make %.0f arms; legal are 1 to %s", made, MOST_ARMS);
    InvalidInput.require(
        parallel >= 1 && parallel <= MOST_ARMS,
        "parallel is %s; legal are 1 to %s",
        parallel,
        MOST_ARMS);
  }

  private record Written(
      @Nullable String description,
      @Nullable String name,
      @Nullable ObjectNode plan,
      @Nullable Map<String, ObjectNode> arms,
      @Nullable Map<String, List<JsonNode>> axes,
      @Nullable Integer parallel,
      @Nullable Published published) {}

  /**
   * Reads what a person wrote; absent {@code name} is {@code sweep}, absent {@code parallel} is 2.
   * A {@code description} is for those who read the file.
   *
   * @throws InvalidInput in one line, naming the field and what is legal
   */
  public static SweepPlan of(@Nullable JsonNode request) {
    Written written = Json.bind(PlanRequest.object(request, "sweep"), Written.class, "sweep");
    try {
      return new SweepPlan(
          written.name == null ? "sweep" : written.name,
          written.plan == null ? Json.MAPPER.createObjectNode() : written.plan,
          written.arms == null ? Map.of() : written.arms,
          written.axes == null ? Map.of() : written.axes,
          written.parallel == null ? 2 : written.parallel,
          written.published);
    } catch (InvalidInput e) {
      throw new InvalidInput("sweep: " + e.getMessage(), e);
    }
  }

  /** The arms in their order, each with its grid, the last axis running fastest. */
  public List<Point> points() {
    List<Point> points = new ArrayList<>();
    arms.forEach((label, fields) -> points.add(new Point(label, laid(fields))));
    return grid(points.isEmpty() ? List.of(new Point("", plan)) : points);
  }

  private ObjectNode laid(ObjectNode fields) {
    ObjectNode request = plan.deepCopy();
    PlanRequest.merge(request, fields);
    return request;
  }

  private List<Point> grid(List<Point> start) {
    List<Point> points = start;
    for (var axis : axes.entrySet()) {
      List<Point> grown = new ArrayList<>();
      for (Point point : points) {
        for (JsonNode value : axis.getValue()) grown.add(with(point, axis.getKey(), value));
      }
      points = grown;
    }
    return points;
  }

  private static Point with(Point point, String field, JsonNode value) {
    ObjectNode request = point.request().deepCopy();
    PlanRequest.merge(request, nested(field, value));
    String text = field + "=" + (value.isTextual() ? value.textValue() : value);
    return new Point(point.label().isEmpty() ? text : point.label() + " " + text, request);
  }

  private static ObjectNode nested(String field, JsonNode value) {
    ObjectNode object = Json.MAPPER.createObjectNode();
    int dot = field.indexOf('.');
    return dot < 0
        ? object.set(field, value)
        : object.set(field.substring(0, dot), nested(field.substring(dot + 1), value));
  }
}
