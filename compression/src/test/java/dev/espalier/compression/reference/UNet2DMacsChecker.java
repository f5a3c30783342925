package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.CountingRule;
import dev.espalier.compression.evaluate.CountingRules;
import dev.espalier.compression.network.Count;
import dev.espalier.compression.network.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Multiply-accumulates of every layer are Torch-Pruning's. */
final class UNet2DMacsChecker implements ReferenceChecker {
  private static final String STORED = "macs_per_layer_torch_pruning.json";

  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve(STORED));
  }

  @Override
  public Outcome check(Path caseDir) {
    CountingRule rule = CountingRules.of("torch-pruning");
    Network network = ReferenceSet.network(caseDir);
    Map<String, Long> counted = new TreeMap<>();
    Count.of(network, network.declaredShapes())
        .calls()
        .forEach(call -> counted.merge(call.layer(), rule.macs(call), Long::sum));
    JsonNode layers = ReferenceSet.json(caseDir.resolve(STORED));
    long errors = Math.abs(counted.size() - layers.size());
    for (Map.Entry<String, JsonNode> layer : layers.properties()) {
      if (layer.getValue().asLong() != counted.getOrDefault(layer.getKey(), -1L)) errors++;
    }
    long total = counted.values().stream().mapToLong(Long::longValue).sum();
    JsonNode stored = ReferenceSet.json(caseDir.resolve("case.json")).path("macs_torch_pruning");
    if (stored.asLong() != total) errors++;
    return new Outcome("MACs of " + layers.size() + " layers, total " + total, errors, 0);
  }
}
