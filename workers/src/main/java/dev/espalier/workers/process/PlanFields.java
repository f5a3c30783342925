package dev.espalier.workers.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.CompressionResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A plan's fields by dotted name, and how a report names those that differ between runs.
 *
 * @param values as JSON writes them; a field that JSON leaves out at its default is filled in
 */
public record PlanFields(Map<String, String> values) {
  /** What JSON leaves out where it is the default. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "svs.initialisation",
          "pruned",
          "evaluate.precision",
          "float32",
          "finetune.distillation",
          "0");

  /** Fields that are for the record only. */
  private static final Set<String> RECORD = Set.of("recipe", "seed");

  /** All but those that are for the record only. */
  public static PlanFields of(CompressionPlan plan) {
    Map<String, String> fields = new TreeMap<>(LEFT_OUT);
    collect("", Json.MAPPER.valueToTree(plan), fields);
    fields.keySet().removeIf(f -> RECORD.contains(f) || f.startsWith("published."));
    return new PlanFields(fields);
  }

  private static void collect(String prefix, JsonNode node, Map<String, String> fields) {
    node.properties()
        .forEach(
            e -> {
              if (e.getValue().isObject()) collect(prefix + e.getKey() + ".", e.getValue(), fields);
              else fields.put(prefix + e.getKey(), e.getValue().asText());
            });
  }

  /** Fields that are not the same in all results, seeds left out. */
  static Set<String> varying(List<CompressionResult> results) {
    Map<String, Set<String>> seen = new TreeMap<>();
    Set<String> all = new TreeSet<>();
    List<PlanFields> plans = results.stream().map(r -> of(r.plan())).toList();
    plans.forEach(p -> all.addAll(p.values.keySet()));
    for (PlanFields plan : plans) {
      for (String field : all) {
        seen.computeIfAbsent(field, f -> new TreeSet<>()).add(plan.get(field));
      }
    }
    all.removeIf(f -> f.endsWith("seed") || seen.getOrDefault(f, Set.of()).size() < 2);
    return all;
  }

  /** Those of the varying fields that tell what is measured, and how. */
  static Set<String> measuring(List<CompressionResult> results) {
    Set<String> fields = varying(results);
    fields.removeIf(
        f ->
            f.equals("evaluate.batch")
                || !(f.equals("network") || f.equals("data") || f.startsWith("evaluate.")));
    return fields;
  }

  /** Whether the runs' dense networks are not one, or were not measured alike. */
  static boolean measuresApart(List<CompressionResult> results) {
    return !measuring(results).isEmpty();
  }

  /** The field's value; nothing where the plan has none. */
  String get(String field) {
    return values.getOrDefault(field, "");
  }

  /** These fields' values alone. */
  Map<String, String> only(Set<String> fields) {
    Map<String, String> chosen = new LinkedHashMap<>();
    fields.forEach(f -> chosen.put(f, get(f)));
    return chosen;
  }

  /** One field's value in words, for instance {@code norms kept}. */
  String words(String field) {
    String value = get(field);
    return switch (field) {
      case "svs.scaleBias" -> value.equals("true") ? "biases scaled" : "biases as they were";
      case "svs.resetNorm" -> value.equals("true") ? "norms reset" : "norms as they were";
      case "svs.power" -> "σ^" + value.replaceFirst("\\.0$", "");
      case "svs.initialisation" -> value + " weights";
      case "prune.criterion" -> value;
      case "prune.threshold" -> "T " + value;
      case "prune.timesteps" -> value.isEmpty() ? "all timesteps" : value + " timesteps";
      case "finetune.steps" ->
          value.equals("0")
              ? "not finetuned"
              : String.format(Locale.ROOT, "%,d steps", Long.parseLong(value));
      default ->
          field.substring(field.lastIndexOf('.') + 1) + " " + (value.isEmpty() ? "default" : value);
    };
  }
}
