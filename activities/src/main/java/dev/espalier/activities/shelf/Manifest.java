package dev.espalier.activities.shelf;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an artifact is, how it was made and what its parts must be. Written last: without it there
 * is no artifact.
 *
 * @param schema version of this record
 * @param artifact prefix under which it was written; elsewhere it is not valid
 * @param stage what made it: {@code prune}, {@code svs}, …, {@code import}
 * @param config the stage's complete configuration
 * @param inputs prefixes and data fingerprints that the key was made of
 * @param createdBy versions, device and threads, by name
 * @param epoch of the attempt that wrote it, for checkpoints; else 0
 * @param parts what lies beside this file
 * @param numbers the stage's results, small enough to show
 */
public record Manifest(
    int schema,
    String artifact,
    String stage,
    JsonNode config,
    List<String> inputs,
    Map<String, String> createdBy,
    long epoch,
    List<Part> parts,
    JsonNode numbers) {
  static final int SCHEMA = 1;

  /**
   * One file of an artifact.
   *
   * @param name what readers ask for, such as {@code network.safetensors}
   * @param object its name below the artifact's prefix, most often the same
   * @param size bytes
   * @param sha256 64 hexadecimal digits
   */
  public record Part(String name, String object, long size, String sha256) {
    public Part {
      ObjectNames.segment(name);
      ObjectNames.segment(object);
      InvalidInput.require(sha256.matches("[0-9a-f]{64}"), "part %s: no SHA-256", name);
    }

    /** Whether the local {@code file} holds this part, told by size and SHA-256. */
    public boolean matches(Path file) throws IOException {
      return Files.size(file) == size && LocalHashes.of(file).hex().equals(sha256);
    }
  }

  @JsonCreator
  public Manifest(
      int schema,
      String artifact,
      String stage,
      @Nullable JsonNode config,
      @Nullable List<String> inputs,
      @Nullable Map<String, String> createdBy,
      long epoch,
      @Nullable List<Part> parts,
      @Nullable JsonNode numbers) {
    this.schema = schema;
    this.artifact = artifact;
    this.stage = stage;
    this.config = config == null ? NullNode.getInstance() : config;
    this.inputs = inputs == null ? List.of() : List.copyOf(inputs);
    this.createdBy = createdBy == null ? Map.of() : new TreeMap<>(createdBy);
    this.epoch = epoch;
    this.parts = parts == null ? List.of() : List.copyOf(parts);
    this.numbers = numbers == null ? NullNode.getInstance() : numbers;
  }

  /** The file name of the manifest of the artifact at {@code prefix}. */
  static String file(String prefix) {
    if (prefix.startsWith("networks/")) return "network.json";
    return prefix.contains("/checkpoints/") ? "checkpoint.json" : "stage.json";
  }

  /** The last segment of the prefix: a stage key, a network's name, a step. */
  public String key() {
    return artifact.substring(artifact.lastIndexOf('/') + 1);
  }

  public Optional<Part> part(String name) {
    return parts.stream().filter(part -> part.name().equals(name)).findFirst();
  }

  /** Bytes of all parts. */
  public long size() {
    return parts.stream().mapToLong(Part::size).sum();
  }

  byte[] toJson() {
    return SealedJson.write(this);
  }

  String seal() {
    return SealedJson.seal(this);
  }

  /**
   * Reads the manifest found at {@code prefix}.
   *
   * @throws CorruptArtifact if it is torn or altered, or belongs elsewhere
   * @throws InvalidInput if a newer version of this program wrote it
   */
  static Manifest read(byte[] json, String prefix) {
    Manifest manifest = SealedJson.read(json, Manifest.class, SCHEMA, prefix, file(prefix));
    if (!manifest.artifact.equals(prefix)) {
      throw new CorruptArtifact(prefix, file(prefix), "belongs to " + manifest.artifact);
    }
    return manifest;
  }
}
