package dev.espalier.workers.report;

import static dev.espalier.workers.report.Tag.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Every run as one line over an upright axis per varied field and per measure. */
final class ParallelCoordinates {
  private static final int TOP = 56;
  private static final int BOTTOM = 296;
  private static final int SIDE = 72;

  /** Between two axes at least; where there are few they spread over the page. */
  private static final int STEP = 128;

  private static final int PAGE = 1016;

  private ParallelCoordinates() {}

  /** One axis: what stands above it, where a run crosses it, and what is written beside it. */
  private record Upright(String name, ToDoubleFunction<Trial> at, List<Mark> marks) {}

  private record Mark(double y, String text) {}

  /** Nothing to be seen with fewer than two axes. */
  static boolean drawable(List<Trial> trials, List<String> fields, List<Quantity> quantities) {
    return uprights(trials, fields, quantities).size() > 1;
  }

  static Tag draw(List<Trial> trials, List<String> fields, List<Quantity> quantities) {
    List<Upright> uprights = uprights(trials, fields, quantities);
    int step = Math.max(STEP, (PAGE - 2 * SIDE) / (uprights.size() - 1));
    int width = 2 * SIDE + step * (uprights.size() - 1);
    Tag svg =
        tag("svg", "parallel")
            .with("viewBox", "0 0 " + width + " " + (BOTTOM + 16))
            .with("width", width)
            .with("role", "img")
            .with("aria-label", "Parallel coordinates of " + trials.size() + " runs");
    for (int i = 0; i < trials.size(); i++) svg.add(line(trials.get(i), i, uprights, step));
    for (int i = 0; i < uprights.size(); i++) {
      upright(svg, uprights.get(i), SIDE + i * step, TOP - (i % 2 == 0 ? 18 : 36));
    }
    return tag("div", "scroll").add(svg);
  }

  private static List<Upright> uprights(
      List<Trial> trials, List<String> fields, List<Quantity> quantities) {
    List<Upright> all = new ArrayList<>();
    fields.forEach(f -> all.add(field(trials, f)));
    for (Quantity q : quantities) {
      long distinct = trials.stream().map(t -> q.of(t.measures())).distinct().count();
      if (distinct > 1) all.add(measured(trials, q));
    }
    return all;
  }

  private static Upright field(List<Trial> trials, String field) {
    List<String> values = trials.stream().map(t -> value(t, field)).distinct().toList();
    String name = TrialTable.own(field);
    if (values.stream().allMatch(ParallelCoordinates::isNumber)) {
      List<Double> numbers = values.stream().map(Double::valueOf).toList();
      return numeric(name, numbers, BOTTOM, TOP, t -> Double.parseDouble(value(t, field)));
    }
    double gap = (double) (BOTTOM - TOP) / values.size();
    List<Mark> marks = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      marks.add(new Mark(BOTTOM - (i + 0.5) * gap, values.get(i)));
    }
    return new Upright(name, t -> marks.get(values.indexOf(value(t, field))).y(), marks);
  }

  /** The better end is up. */
  private static Upright measured(List<Trial> trials, Quantity quantity) {
    List<Double> values =
        trials.stream().map(t -> quantity.of(t.measures())).filter(Double::isFinite).toList();
    return numeric(
        quantity.heading(),
        values,
        quantity.lower() ? TOP : BOTTOM,
        quantity.lower() ? BOTTOM : TOP,
        t -> quantity.of(t.measures()));
  }

  private static Upright numeric(
      String name, List<Double> values, int from, int to, ToDoubleFunction<Trial> value) {
    Axis axis = Axis.covering(values, from, to);
    List<Mark> marks =
        axis.ticks().stream().map(t -> new Mark(axis.at(t), Numbers.scaled(t))).toList();
    return new Upright(
        name,
        t -> axis.shows(value.applyAsDouble(t)) ? axis.at(value.applyAsDouble(t)) : Double.NaN,
        marks);
  }

  private static Tag line(Trial trial, int index, List<Upright> uprights, int step) {
    StringBuilder path = new StringBuilder();
    boolean joined = false;
    for (int i = 0; i < uprights.size(); i++) {
      double y = uprights.get(i).at().applyAsDouble(trial);
      if (Double.isFinite(y)) {
        path.append(joined ? " L" : " M").append(SIDE + i * step).append(' ').append(Numbers.px(y));
      }
      joined = Double.isFinite(y);
    }
    return tag("path", "line " + trial.stage().style())
        .with("data-trial", index)
        .with("data-text", text(trial))
        .with("d", path.toString().strip());
  }

  private static String text(Trial trial) {
    String values =
        trial.values().entrySet().stream()
            .map(e -> TrialTable.own(e.getKey()) + " " + e.getValue())
            .collect(Collectors.joining(", "));
    return trial.run() + (values.isEmpty() ? "" : " · " + values) + " · " + trial.stage().label();
  }

  /**
   * @param nameAt height of its name; neighbours' differ, so that long ones do not meet
   */
  private static void upright(Tag svg, Upright upright, int x, int nameAt) {
    svg.add(Plot.line("axis-line", x, TOP, x, BOTTOM));
    svg.add(Plot.label("axis middle", x, nameAt, upright.name()));
    for (Mark mark : upright.marks()) {
      svg.add(Plot.line("axis-line", x - 4, mark.y(), x, mark.y()));
      svg.add(Plot.label("row end", x - 8, mark.y() + 4, mark.text()));
    }
  }

  private static String value(Trial trial, String field) {
    return TrialTable.written(trial.values().getOrDefault(field, ""));
  }

  private static boolean isNumber(String text) {
    return text.matches("-?\\d+(\\.\\d+)?([eE]-?\\d+)?");
  }
}
