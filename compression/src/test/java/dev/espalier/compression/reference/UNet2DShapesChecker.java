package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The keys and shapes a configuration declares are those of diffusers' state dict. */
final class UNet2DShapesChecker implements ReferenceChecker {
  @Override
  public boolean accepts(Path caseDir) {
    return Files.exists(caseDir.resolve("config.json"))
        && ReferenceSet.json(caseDir.resolve("config.json"))
            .path("_class_name")
            .asText()
            .equals("UNet2DModel");
  }

  @Override
  public Outcome check(Path caseDir) {
    Network network = ReferenceSet.network(caseDir);
    Map<String, String> stored = stored(caseDir);
    Map<String, String> declared = new TreeMap<>();
    network.declaredShapes().forEach((key, shape) -> declared.put(key, text(shape)));
    TreeSet<String> keys = new TreeSet<>(stored.keySet());
    keys.addAll(declared.keySet());
    long errors =
        keys.stream().filter(k -> !declared.getOrDefault(k, "").equals(stored.get(k))).count();
    JsonNode parameters = ReferenceSet.json(caseDir.resolve("case.json")).path("params");
    long counted = Complexity.of(network, network.declaredShapes()).parameters();
    if (!parameters.isMissingNode() && parameters.asLong() != counted) errors++;
    return new Outcome(keys.size() + " declared keys and shapes, parameters", errors, 0);
  }

  private static Map<String, String> stored(Path caseDir) {
    Map<String, String> shapes = new TreeMap<>();
    if (Files.exists(caseDir.resolve("model.safetensors"))) {
      ReferenceSet.tensors(caseDir.resolve("model.safetensors"))
          .shapes()
          .forEach((key, shape) -> shapes.put(key, text(shape)));
    } else {
      ReferenceSet.json(caseDir.resolve("state_dict_shapes.json"))
          .forEach(entry -> shapes.put(entry.get(0).asText(), entry.get(1).toString()));
    }
    return shapes;
  }

  private static String text(int[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }
}
