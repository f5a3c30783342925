package dev.espalier.workers.process;

import dev.espalier.workers.report.Arm;
import dev.espalier.workers.report.Arm.Point;
import dev.espalier.workers.report.SweptQuantity;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.Published;
import dev.espalier.workflows.ReportActivity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Measures against the one number that a sweep varied over three values or more, a chart for every
 * setting of the other fields that differ.
 */
final class SweptReading {
  private static final int FEWEST = 3;

  private final ReportActivity.Request request;
  private final Set<String> varying;

  SweptReading(ReportActivity.Request request) {
    this.request = request;
    this.varying = PlanFields.varying(request.results());
  }

  List<SweptQuantity> read() {
    Optional<String> field = field();
    if (field.isEmpty()) return List.of();
    Set<String> others = new TreeSet<>(varying);
    others.remove(field.get());
    Map<Map<String, String>, List<CompressionResult>> groups = new LinkedHashMap<>();
    for (CompressionResult r : request.results()) {
      Map<String, String> key = PlanFields.of(r.plan()).only(others);
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(r);
    }
    List<SweptQuantity> quantities = new ArrayList<>();
    for (List<CompressionResult> group : groups.values()) {
      if (values(group, field.get()).size() < FEWEST) continue;
      String caption = caption(group.get(0), others);
      quantities.add(
          quantity(group, field.get(), caption, "SSIM", "SSIM", EvaluateActivity.Result::ssim));
      quantities.add(
          quantity(
              group,
              field.get(),
              caption,
              "Fréchet distance",
              "FID",
              EvaluateActivity.Result::frechetDistance));
    }
    return quantities.stream()
        .filter(q -> q.lines().stream().anyMatch(line -> !line.points().isEmpty()))
        .toList();
  }

  /** The varying field with the most values, if they are numbers. */
  private Optional<String> field() {
    String best = null;
    int most = FEWEST - 1;
    for (String f : varying) {
      Set<String> values = values(request.results(), f);
      boolean numbers = values.stream().allMatch(SweptReading::isNumber);
      if (numbers && values.size() > most) {
        best = f;
        most = values.size();
      }
    }
    return Optional.ofNullable(best);
  }

  private static Set<String> values(List<CompressionResult> results, String field) {
    Set<String> values = new TreeSet<>();
    results.forEach(r -> values.add(PlanFields.of(r.plan()).get(field)));
    return values;
  }

  private static boolean isNumber(String text) {
    return text.matches("-?\\d+(\\.\\d+)?([eE]-?\\d+)?");
  }

  private static String caption(CompressionResult one, Set<String> others) {
    PlanFields fields = PlanFields.of(one.plan());
    List<String> words = new ArrayList<>();
    others.forEach(
        f ->
            words.add(
                f.equals("svs.enabled")
                    ? fields.get(f).equals("true") ? "with svs" : "without svs"
                    : fields.words(f)));
    return words.isEmpty() ? one.plan().network() : String.join(", ", words);
  }

  private SweptQuantity quantity(
      List<CompressionResult> group,
      String field,
      String caption,
      String measure,
      String metric,
      ToDoubleFunction<EvaluateActivity.Result> value) {
    List<SweptQuantity.Line> lines = new ArrayList<>();
    lines.add(line(Arm.Stage.PRUNED, group, field, r -> value.applyAsDouble(r.pruned())));
    CompressionResult first = group.get(0);
    if (first.finetune() != null || first.svs() != null) {
      lines.add(
          line(ReportReading.last(first), group, field, r -> value.applyAsDouble(r.finetuned())));
    }
    List<Point> published = published(field, group, metric);
    if (!published.isEmpty()) lines.add(new SweptQuantity.Line(null, published));
    return new SweptQuantity(caption, field, measure, lines);
  }

  private static SweptQuantity.Line line(
      Arm.Stage stage,
      List<CompressionResult> group,
      String field,
      ToDoubleFunction<CompressionResult> value) {
    Map<Double, List<Double>> byField = new TreeMap<>();
    for (CompressionResult r : group) {
      double x = Double.parseDouble(PlanFields.of(r.plan()).get(field));
      double y = value.applyAsDouble(r);
      if (Double.isFinite(y)) byField.computeIfAbsent(x, k -> new ArrayList<>()).add(y);
    }
    List<Point> points = new ArrayList<>();
    byField.forEach(
        (x, ys) -> {
          double mean = ys.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
          if (Double.isFinite(mean)) points.add(new Point(x, mean));
        });
    return new SweptQuantity.Line(stage, points);
  }

  private List<Point> published(String field, List<CompressionResult> group, String metric) {
    Map<Double, Double> byField = new TreeMap<>();
    for (Published.Row row :
        PublishedReading.published(request).map(Published::rows).orElse(List.of())) {
      Double value = row.values().get(metric);
      if (row.arm() == null || value == null) continue;
      PublishedReading.labelled(request, row.arm())
          .filter(group::contains)
          .ifPresent(
              r -> byField.put(Double.parseDouble(PlanFields.of(r.plan()).get(field)), value));
    }
    List<Point> points = new ArrayList<>();
    byField.forEach((x, y) -> points.add(new Point(x, y)));
    return points;
  }
}
