package dev.espalier.workers.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.CompressionResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The runs of a sweep that differ only by their seeds and by whether singular values were scaled:
 * what a report shows side by side under one heading.
 *
 * @param name the ratio, and whatever else differs between the settings of this sweep
 */
record Setting(String name, List<CompressionResult> results) {
  /** Groups the runs, keeping their order. */
  static List<Setting> of(List<CompressionResult> results) {
    List<Map<String, String>> plans = results.stream().map(r -> fields(r.plan())).toList();
    Set<String> varying = new TreeSet<>();
    Set<String> all = new TreeSet<>();
    plans.forEach(plan -> all.addAll(plan.keySet()));
    for (String field : all) {
      if (plans.stream().map(p -> String.valueOf(p.get(field))).distinct().count() > 1) {
        varying.add(field);
      }
    }
    Map<String, List<CompressionResult>> byName = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      StringBuilder name = new StringBuilder("ratio " + plans.get(i).get("prune.ratio"));
      for (String field : varying) {
        if (!field.equals("prune.ratio")) {
          String last = field.substring(field.lastIndexOf('.') + 1);
          String value = plans.get(i).getOrDefault(field, "default");
          name.append(", ").append(last).append(' ').append(value);
        }
      }
      byName.computeIfAbsent(name.toString(), n -> new ArrayList<>()).add(results.get(i));
    }
    return byName.entrySet().stream().map(e -> new Setting(e.getKey(), e.getValue())).toList();
  }

  /** The plan's fields by dotted name, but for seeds and the switch of the scaling. */
  private static Map<String, String> fields(CompressionPlan plan) {
    Map<String, String> fields = new TreeMap<>();
    collect("", Json.MAPPER.valueToTree(plan), fields);
    fields.keySet().removeIf(f -> f.endsWith("seed") || f.equals("svs.enabled"));
    return fields;
  }

  private static void collect(String prefix, JsonNode node, Map<String, String> fields) {
    node.properties()
        .forEach(
            e -> {
              if (e.getValue().isObject()) collect(prefix + e.getKey() + ".", e.getValue(), fields);
              else fields.put(prefix + e.getKey(), e.getValue().asText());
            });
  }
}
