package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.SweepPlan.Point;
import dev.espalier.workflows.search.Axis;
import dev.espalier.workflows.search.Tpe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The points that a {@link SweepPlan} can try, and which it tries next. */
public final class SweepSpace {
  /** Draws for one point before its space counts as all left out. */
  private static final int DRAWS = 1000;

  private final SweepPlan sweep;
  private final Tpe tpe;

  SweepSpace(SweepPlan sweep) {
    this.sweep = sweep;
    this.tpe = new Tpe(List.copyOf(sweep.axes().values()), sweep.search().seed());
  }

  /**
   * A result that a search learns from.
   *
   * @param loss the smaller the better, finite
   */
  public record Learnt(Map<String, JsonNode> values, double loss) {}

  /** The points known before there are results. */
  List<Point> points() {
    List<Point> points = sweep.search().isGrid() ? grid() : drawn();
    InvalidInput.require(
        !points.isEmpty(), "exclude leaves out every point; legal is to leave some");
    requireFew((double) points.size() * sweep.replicates());
    return sweep.replicates() == 1
        ? points
        : points.stream().flatMap(point -> replicates(point).stream()).toList();
  }

  /**
   * The point that the search tries as its {@code number}th, from 0; equal arguments give equal
   * points.
   *
   * @param results that it may learn from; at least one finite
   */
  Point suggest(List<Learnt> results, int number) {
    List<Tpe.Tried> tried =
        results.stream().map(r -> new Tpe.Tried(units(r.values()), r.loss())).toList();
    for (int draw = 0; draw < DRAWS; draw++) {
      double[] units =
          tried.isEmpty()
              ? tpe.random((long) number * DRAWS + draw)
              : tpe.suggest(tried, (long) number * DRAWS + draw);
      Map<String, JsonNode> values = values(units);
      if (!excluded(values)) return point(values);
    }
    throw new InvalidInput("exclude leaves out nearly all points; legal is to leave more");
  }

  private List<Point> drawn() {
    int first =
        sweep.search().learns()
            ? Math.min(sweep.search().startup(), sweep.search().trials())
            : sweep.search().trials();
    return IntStream.range(0, first).mapToObj(number -> suggest(List.of(), number)).toList();
  }

  private List<Point> grid() {
    Map<String, List<JsonNode>> axes = new LinkedHashMap<>();
    double made = Math.max(1, sweep.arms().size());
    for (var axis : sweep.axes().entrySet()) {
      List<JsonNode> values = values(axis.getKey(), axis.getValue());
      made *= values.size();
      axes.put(axis.getKey(), values);
    }
    requireFew(made);
    List<Point> points = new ArrayList<>();
    sweep.arms().forEach((label, fields) -> points.add(start(label, fields)));
    if (points.isEmpty()) points.add(start("", Json.MAPPER.createObjectNode()));
    List<Point> grown = points;
    for (var axis : axes.entrySet()) {
      List<Point> wider = new ArrayList<>();
      for (Point point : grown) {
        for (JsonNode value : axis.getValue()) wider.add(with(point, axis.getKey(), value));
      }
      grown = wider;
    }
    return grown.stream().filter(point -> !excluded(point.values())).toList();
  }

  private static List<JsonNode> values(String field, Axis axis) {
    try {
      return axis.grid();
    } catch (InvalidInput e) {
      throw new InvalidInput("axis '" + field + "' " + e.getMessage(), e);
    }
  }

  private static void requireFew(double arms) {
    InvalidInput.require(
        arms <= SweepPlan.MOST_ARMS,
        "the axes make %.0f arms; legal are 1 to %s",
        arms,
        SweepPlan.MOST_ARMS);
  }

  private Point start(String label, ObjectNode fields) {
    ObjectNode request = sweep.plan().deepCopy();
    PlanRequest.merge(request, fields);
    return new Point(label, request, Map.of(), label);
  }

  /** The point with these values of the axes. */
  Point point(Map<String, JsonNode> values) {
    Point point = start("", Json.MAPPER.createObjectNode());
    for (String axis : sweep.axes().keySet()) {
      point = with(point, axis, Objects.requireNonNull(values.get(axis), axis));
    }
    return point;
  }

  private Map<String, JsonNode> values(double[] units) {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    int i = 0;
    for (var axis : sweep.axes().entrySet()) {
      values.put(axis.getKey(), axis.getValue().at(units[i++]));
    }
    return values;
  }

  private double[] units(Map<String, JsonNode> values) {
    return sweep.axes().entrySet().stream()
        .mapToDouble(
            axis -> axis.getValue().unit(Objects.requireNonNull(values.get(axis.getKey()))))
        .toArray();
  }

  private boolean excluded(Map<String, JsonNode> values) {
    return sweep.exclude().stream().anyMatch(exclusion -> exclusion.matches(values));
  }

  private List<Point> replicates(Point point) {
    long first = sweep.plan().path("seed").asLong(1);
    return LongStream.range(first, first + sweep.replicates())
        .mapToObj(
            seed -> {
              Point seeded = with(point, "seed", LongNode.valueOf(seed));
              PlanRequest.seed(seeded.request(), seed);
              return new Point(seeded.label(), seeded.request(), seeded.values(), point.label());
            })
        .toList();
  }

  private static Point with(Point point, String field, JsonNode value) {
    ObjectNode request = point.request().deepCopy();
    PlanRequest.merge(request, nested(field, value));
    String text = field + "=" + (value.isTextual() ? value.textValue() : value);
    String label = point.label().isEmpty() ? text : point.label() + " " + text;
    Map<String, JsonNode> values = new LinkedHashMap<>(point.values());
    values.put(field, value);
    return new Point(label, request, values, label);
  }

  private static ObjectNode nested(String field, JsonNode value) {
    ObjectNode object = Json.MAPPER.createObjectNode();
    int dot = field.indexOf('.');
    return dot < 0
        ? object.set(field, value)
        : object.set(field.substring(0, dot), nested(field.substring(dot + 1), value));
  }
}
