package dev.espalier.workers.chaos;

import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionResult;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a run came to, bit for bit.
 *
 * @param parts SHA-256 of the network each stage made and of the images drawn from the last
 */
record Outcome(Map<String, String> parts) {
  private static final String NETWORK = "network.safetensors";

  static Outcome of(Shelf shelf, CompressionResult result) {
    Map<String, String> parts = new TreeMap<>();
    parts.put("prune", sha(shelf, result.prune().network(), NETWORK));
    parts.put("svs", sha(shelf, Objects.requireNonNull(result.svs()).network(), NETWORK));
    parts.put("finetune", sha(shelf, Objects.requireNonNull(result.finetune()).network(), NETWORK));
    parts.put("images", sha(shelf, result.finetuned().evaluation(), "samples.safetensors"));
    return new Outcome(parts);
  }

  /** The stages whose results differ. */
  String against(Outcome other) {
    return String.join(
        ", ",
        parts.keySet().stream()
            .filter(k -> !Objects.equals(parts.get(k), other.parts.get(k)))
            .toList());
  }

  private static String sha(Shelf shelf, Artifact artifact, String part) {
    Manifest manifest = shelf.get(artifact.key()).manifest();
    return manifest.part(part).orElseThrow().sha256();
  }
}
