package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.svs.SvsConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How a network was made, as the manifests of the stages that made it say. */
final class MakingOfNetwork {
  private static final int MOST = 100;

  private final Shelf shelf;
  private final Map<String, String> settings = new HashMap<>();

  private MakingOfNetwork(Shelf shelf) {
    this.shelf = shelf;
  }

  /**
   * Under the names of {@link dev.espalier.activities.metrics.Evaluation#SETTINGS}; what the shelf
   * no longer has is left out.
   */
  static Map<String, String> of(Shelf shelf, StoredArtifact network) {
    MakingOfNetwork making = new MakingOfNetwork(shelf);
    Optional<Manifest> at = Optional.of(network.manifest());
    for (int i = 0; i < MOST && at.isPresent(); i++) at = making.before(at.get());
    return Map.copyOf(making.settings);
  }

  /** Notes what one stage was set to; the manifest of the network that it began with. */
  private Optional<Manifest> before(Manifest made) {
    JsonNode config = made.config();
    switch (made.stage()) {
      case "prune" -> note(config, "criterion", "ratio");
      case "svs" -> settings.putIfAbsent("svs", svs(config));
      case "finetune" -> note(config, "steps", "seed");
      default -> {
        return Optional.empty();
      }
    }
    return made.inputs().isEmpty() ? Optional.empty() : manifest(made.inputs().get(0));
  }

  private void note(JsonNode config, String... names) {
    for (String name : names) {
      if (config.has(name)) settings.putIfAbsent(name, config.get(name).asText());
    }
  }

  private static String svs(JsonNode config) {
    String initialisation = config.path("initialisation").asText(SvsConfig.PRUNED);
    return initialisation.equals(SvsConfig.PRUNED) ? config.path("power").asText() : initialisation;
  }

  private Optional<Manifest> manifest(String prefix) {
    if (!prefix.startsWith("stages/")) return Optional.empty();
    try {
      return shelf.find(prefix).map(StoredArtifact::manifest);
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }
}
