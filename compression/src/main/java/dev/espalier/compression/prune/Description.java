package dev.espalier.compression.prune;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.evaluate.CountingRule;
import dev.espalier.compression.evaluate.CountingRules;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.prune.PruningGroup.Slice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What pruning would make of a network: sizes and widths at chosen ratios, and the groups. It
 * follows from the configuration alone, without weights.
 *
 * @param network its {@code _class_name}
 * @param compat whose width rule was followed, a label of {@link Compat}
 * @param countingRule by which {@link Complexity#macs} is counted, a name in {@link CountingRules}
 * @param sizes dense (ratio 0) first, then each ratio asked for
 * @param groups in visiting order
 */
public record Description(
    String network, String compat, String countingRule, List<Size> sizes, List<Group> groups) {
  /**
   * The network at one ratio.
   *
   * @param pruned groups that lose channels
   * @param widths of each layer: {@code [out, in]}, or {@code [channels]} of a normalisation
   */
  public record Size(
      double ratio, Complexity complexity, int pruned, Map<String, List<Integer>> widths) {}

  /**
   * One pruning group.
   *
   * @param normGroups the GroupNorm groups that hold its width, 1 if none
   * @param heads the attention heads that hold its width, 1 if none
   * @param kept channels left at each of {@link Description#sizes}
   * @param members the parameters it lies in
   */
  public record Group(
      String root,
      int channels,
      int normGroups,
      int heads,
      List<Integer> kept,
      List<Slice> members) {}

  public Description {
    sizes = List.copyOf(sizes);
    groups = List.copyOf(groups);
  }

  /** Describes the network of a {@code config.json}, counted by {@link CountingRules#DEFAULT}. */
  public static Description of(JsonNode config, List<Double> ratios) {
    return of(config, ratios, CountingRules.DEFAULT);
  }

  /** Describes the network of a {@code config.json}, pruned by the papers' rule. */
  public static Description of(JsonNode config, List<Double> ratios, String countingRule) {
    return of(config, ratios, countingRule, PruneConfig.defaults());
  }

  /**
   * Describes the network of a {@code config.json}.
   *
   * @param prune whose compat variant, floors and multiples hold; its ratio and criterion do not
   *     matter
   * @throws InvalidInput naming what is wrong in the configuration, the ratios, the rule's name or
   *     the floors; or if widths depend on scores, as in a ranking over all groups
   */
  public static Description of(
      JsonNode config, List<Double> ratios, String countingRule, PruneConfig prune) {
    InvalidInput.require(
        !prune.isGlobal(),
        "prune.scope is global: widths then follow from the scores of weights, which a description"
            + " does not have; legal here: group");
    for (double ratio : ratios) {
      InvalidInput.require(ratio >= 0 && ratio < 1, "ratio %s; legal: 0 <= ratio < 1", ratio);
    }
    Network network = Networks.of(config);
    CountingRule rule = CountingRules.of(countingRule);
    Map<String, int[]> shapes = network.declaredShapes();
    prune.limits().requireKeys(shapes.keySet());
    WidthRule widths = prune.widths();
    DependencyGraph graph = DependencyGraph.of(network, shapes);
    List<Double> all = new ArrayList<>(List.of(0.0));
    all.addAll(ratios);
    List<Size> sizes =
        all.stream()
            .map(
                ratio -> {
                  Map<String, int[]> pruned = graph.shapes(shapes, ratio, widths);
                  Complexity complexity = Complexity.of(network, pruned, rule);
                  long cut =
                      graph.groups().stream()
                          .filter(g -> widths.kept(g, ratio) < g.channels())
                          .count();
                  return new Size(ratio, complexity, (int) cut, widths(pruned));
                })
            .toList();
    List<Group> groups =
        graph.groups().stream()
            .map(
                g ->
                    new Group(
                        g.root(),
                        g.channels(),
                        g.normGroups(),
                        g.heads(),
                        all.stream().map(r -> widths.kept(g, r)).toList(),
                        g.slices()))
            .toList();
    return new Description(
        config.path("_class_name").asText(),
        prune.compatibility().label(),
        countingRule,
        sizes,
        groups);
  }

  private static Map<String, List<Integer>> widths(Map<String, int[]> shapes) {
    Map<String, List<Integer>> widths = new LinkedHashMap<>();
    shapes.forEach(
        (key, shape) -> {
          if (!key.endsWith(".weight")) return;
          String layer = key.replaceFirst("\\.weight$", "");
          widths.put(layer, shape.length == 1 ? List.of(shape[0]) : List.of(shape[0], shape[1]));
        });
    return widths;
  }
}
