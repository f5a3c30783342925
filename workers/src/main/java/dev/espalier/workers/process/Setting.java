package dev.espalier.workers.process;

import dev.espalier.workflows.CompressionResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The runs of a sweep that differ only by their seeds and by whether singular values were scaled:
 * what a report shows side by side under one heading.
 *
 * @param name what the sweep calls them, or the ratio and whatever else differs between the
 *     settings
 */
record Setting(String name, List<CompressionResult> results) {
  private static final String SCALED = "svs.enabled";

  /**
   * Groups the runs, keeping their order.
   *
   * @param labels what the sweep calls them, by the run's id; empty for a single run
   */
  static List<Setting> of(List<CompressionResult> results, Map<String, String> labels) {
    Set<String> varying = PlanFields.varying(results);
    varying.remove(SCALED);
    Map<Map<String, String>, List<CompressionResult>> groups = new LinkedHashMap<>();
    for (CompressionResult result : results) {
      Map<String, String> key = PlanFields.of(result.plan()).only(varying);
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(result);
    }
    List<Setting> settings = new ArrayList<>();
    for (List<CompressionResult> group : groups.values()) {
      String name = name(group, labels, varying);
      boolean taken = settings.stream().anyMatch(s -> s.name.equals(name));
      settings.add(new Setting(taken ? name + " (" + (settings.size() + 1) + ")" : name, group));
    }
    return settings;
  }

  /** At most so many of {@code settings}, in their order: those with the best run. */
  static List<Setting> best(List<Setting> settings, int most) {
    List<Setting> chosen =
        settings.stream().sorted(Comparator.comparingDouble(Setting::lowest)).limit(most).toList();
    return settings.stream().filter(chosen::contains).toList();
  }

  /** The lowest distance; of runs without one, the highest similarity, negated. */
  private double lowest() {
    return results.stream()
        .map(CompressionResult::finetuned)
        .mapToDouble(e -> Double.isFinite(e.frechetDistance()) ? e.frechetDistance() : -e.ssim())
        .filter(Double::isFinite)
        .min()
        .orElse(Double.MAX_VALUE);
  }

  /** The arms' own names where they have some, else what differs between the settings. */
  private static String name(
      List<CompressionResult> group, Map<String, String> labels, Set<String> varying) {
    List<String> own =
        group.stream().map(r -> labels.getOrDefault(r.run(), "")).filter(Setting::isNamed).toList();
    if (own.size() == group.size()) {
      return own.stream()
          .map(label -> label.replaceAll("\\s+(svs\\.enabled|[\\w.]*seed)=\\S+", ""))
          .distinct()
          .collect(Collectors.joining(" and "));
    }
    PlanFields fields = PlanFields.of(group.get(0).plan());
    StringBuilder name = new StringBuilder("ratio " + fields.get("prune.ratio"));
    for (String field : varying) {
      if (!field.equals("prune.ratio")) name.append(", ").append(fields.words(field));
    }
    return name.toString();
  }

  /** Whether the arm has a name of its own, not only the values of its fields. */
  private static boolean isNamed(String label) {
    return !label.isEmpty() && !label.matches("[\\w.]+=.*");
  }
}
