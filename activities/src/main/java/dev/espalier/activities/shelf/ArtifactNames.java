package dev.espalier.activities.shelf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Artifacts as manifests and reports name them. */
final class ArtifactNames {
  /** A named network's identity has the hash of its weights behind it. */
  private static final Pattern NAME =
      Pattern.compile(
          "((?:stages/[a-zA-Z0-9._-]+|networks)/[a-zA-Z0-9._-]+)(?:@[0-9a-f]{64}|/.*)?");

  private ArtifactNames() {}

  /** The prefix of the artifact that {@code text} names, if it names one. */
  static Optional<String> prefix(String text) {
    Matcher name = NAME.matcher(text);
    return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
  }

  /**
   * Adds to {@code found} whatever some JSON names, at any depth.
   *
   * @throws dev.espalier.compression.InvalidInput naming {@code source} if it is no JSON
   */
  static void in(byte[] json, String source, Set<String> found) {
    in(Json.parse(new String(json, UTF_8), source), found);
  }

  private static void in(JsonNode node, Set<String> found) {
    if (node.isTextual()) prefix(node.asText()).ifPresent(found::add);
    node.fieldNames().forEachRemaining(name -> prefix(name).ifPresent(found::add));
    node.forEach(child -> in(child, found));
  }
}
