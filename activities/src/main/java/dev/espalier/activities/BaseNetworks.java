package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.workflows.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The networks that compressions start from. One that is not yet on the shelf is taken from the
 * folder of networks that comes with the program, checked, and put there.
 */
public final class BaseNetworks {
  private static final String PREFIX = "networks/";

  private final Shelf shelf;
  private final Path folder;
  private final boolean dry;
  private final Set<String> whole = ConcurrentHashMap.newKeySet();
  private final Map<String, StoredArtifact> promised = new ConcurrentHashMap<>();

  /**
   * @param folder one sub-folder per network with {@code config.json} and {@code
   *     network.safetensors}
   */
  public BaseNetworks(Shelf shelf, Path folder) {
    this(shelf, folder, false);
  }

  private BaseNetworks(Shelf shelf, Path folder, boolean dry) {
    this.shelf = shelf;
    this.folder = folder;
    this.dry = dry;
  }

  /** The same networks, none of which is put on the shelf: they are read where they lie. */
  BaseNetworks dry() {
    return new BaseNetworks(shelf, folder, true);
  }

  /**
   * From now on {@link #get} gives an artifact that no stage has made yet: it has no weights.
   *
   * @param like the network whose configuration it will have
   */
  void promise(String prefix, Artifact like) throws IOException {
    Path config = get(like).fetch(LoadedNetwork.CONFIG);
    promised.put(prefix, shelf.local(prefix, Map.of(LoadedNetwork.CONFIG, config)));
  }

  /** The artifact has been made since it was promised. */
  void fulfil(String prefix) {
    promised.remove(prefix);
  }

  /**
   * The artifact, imported if need be. A network in the folder that differs from the one of its
   * name on the shelf takes its place: the folder is what a person can see and change.
   *
   * @throws InvalidInput if it is neither on the shelf nor in the folder, or is broken
   */
  public StoredArtifact get(Artifact artifact) {
    StoredArtifact coming = promised.get(artifact.key());
    if (coming != null) return coming;
    if (!artifact.key().startsWith(PREFIX)) return shelf.get(artifact.key());
    String name = artifact.key().substring(PREFIX.length());
    Path local = folder.resolve(name);
    Optional<StoredArtifact> stored = shelf.find(artifact.key());
    if (!Files.exists(local.resolve(LoadedNetwork.WEIGHTS))) {
      return stored.orElseThrow(
          () ->
              new InvalidInput("network '" + name + "' is neither on the shelf nor in " + folder));
    }
    try {
      if (stored.isPresent() && same(stored.get(), local)) return stored.get();
      check(local);
      if (dry) return shelf.local(artifact.key(), files(local));
      return shelf
          .network(name, "import", NullNode.getInstance())
          .add(LoadedNetwork.CONFIG, local.resolve(LoadedNetwork.CONFIG))
          .add(LoadedNetwork.WEIGHTS, local.resolve(LoadedNetwork.WEIGHTS))
          .commit();
    } catch (IOException e) {
      throw new InvalidInput("network '" + name + "' in " + local + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, Path> files(Path local) {
    return Map.of(
        LoadedNetwork.CONFIG,
        local.resolve(LoadedNetwork.CONFIG),
        LoadedNetwork.WEIGHTS,
        local.resolve(LoadedNetwork.WEIGHTS));
  }

  /**
   * What of an artifact goes into the keys made from it: its prefix, and for a named network, which
   * can be replaced, the hash of its weights.
   */
  public static String identity(StoredArtifact artifact) {
    if (!artifact.prefix().startsWith(PREFIX)) return artifact.prefix();
    return artifact.prefix() + "@" + part(artifact, LoadedNetwork.WEIGHTS).sha256();
  }

  /**
   * Whether the shelf holds what the folder does, told by the hashes in the manifest; that the
   * store still has those bytes is looked at once a process.
   */
  private boolean same(StoredArtifact stored, Path local) throws IOException {
    for (String name : List.of(LoadedNetwork.CONFIG, LoadedNetwork.WEIGHTS)) {
      if (!part(stored, name).matches(local.resolve(name))) return false;
    }
    return whole.contains(identity(stored)) || isWhole(stored);
  }

  private boolean isWhole(StoredArtifact stored) {
    try {
      stored.verify();
      return whole.add(identity(stored));
    } catch (CorruptArtifact e) {
      return false;
    }
  }

  private static Manifest.Part part(StoredArtifact artifact, String name) {
    return artifact
        .manifest()
        .part(name)
        .orElseThrow(() -> new InvalidInput(artifact.prefix() + " has no part " + name));
  }

  private static void check(Path local) throws IOException {
    Path file = local.resolve(LoadedNetwork.CONFIG);
    JsonNode config = Json.parse(Files.readString(file), file.toString());
    Safetensors.Content content = Safetensors.read(local.resolve(LoadedNetwork.WEIGHTS));
    content.tensors().requireFloats(local.toString());
    if (config.path("_class_name").asText().equals(ImageClassifier.CLASS_NAME)) {
      content
          .tensors()
          .requireShapes(ImageClassifier.of(config).declaredShapes(), local.toString());
    } else {
      LoadedNetwork.of(config, content, local.toString());
    }
  }
}
