package dev.espalier.activities.shelf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * An artifact in the making: parts are written as they are added, and nothing is there for others
 * until {@link #commit()}.
 *
 * <p>A part is put under its own name if that is free. If it is taken, or the part is too large for
 * a conditional put, the object is named after its content, so that two attempts that write at the
 * same time never overwrite each other's bytes with different ones.
 */
public final class Staging {
  private static final int DIGITS = 16;

  private final Bucket store;
  private final Manifest draft;
  private final Function<Manifest, StoredArtifact> commit;
  private final List<Manifest.Part> parts = new ArrayList<>();
  private JsonNode numbers = NullNode.getInstance();

  Staging(Bucket store, Manifest draft, Function<Manifest, StoredArtifact> commit) {
    this.store = store;
    this.draft = draft;
    this.commit = commit;
  }

  /** Where it will lie. */
  public String prefix() {
    return draft.artifact();
  }

  /**
   * Writes a part.
   *
   * @throws InvalidInput if the name is not one plain segment
   */
  public Staging add(String name, byte[] bytes) {
    Sha256 sha = Sha256.of(bytes);
    return note(name, writeWithCondition(free(name), bytes, sha), sha);
  }

  /** Writes a part from a file of any size. */
  public Staging add(String name, Path file) throws IOException {
    if (Files.size(file) <= store.singlePut()) return add(name, Files.readAllBytes(file));
    Sha256 sha;
    try (InputStream in = Files.newInputStream(file)) {
      sha = Sha256.of(in);
    }
    String object = byContent(free(name), sha);
    store.put(prefix() + "/" + object, file);
    return note(name, object, sha);
  }

  /**
   * Writes a safetensors part; the file goes through the disk, not through memory.
   *
   * @throws UncheckedIOException if the disk for temporary files fails
   */
  public Staging add(String name, StateDict tensors, Map<String, String> metadata) {
    try {
      Path file = Files.createTempFile("espalier", ".safetensors");
      try {
        store.whileDiskFull("write part " + name, () -> written(file, tensors, metadata));
        return add(name, file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path written(Path file, StateDict tensors, Map<String, String> metadata)
      throws IOException {
    Safetensors.write(file, tensors, metadata);
    return file;
  }

  /** The results to keep in the manifest: a record or JSON. */
  public Staging numbers(Object results) {
    numbers = Json.MAPPER.valueToTree(results);
    return this;
  }

  /** Writes the manifest. From then on the artifact is there. */
  public StoredArtifact commit() {
    return commit.apply(
        new Manifest(
            draft.schema(),
            draft.artifact(),
            draft.stage(),
            draft.config(),
            draft.inputs(),
            draft.createdBy(),
            draft.epoch(),
            parts,
            numbers));
  }

  private String free(String name) {
    ObjectNames.segment(name);
    InvalidInput.require(
        !name.equals(Manifest.file(prefix()))
            && parts.stream().noneMatch(p -> p.name().equals(name)),
        "part name '%s' is taken in %s",
        name,
        prefix());
    return name;
  }

  private String writeWithCondition(String name, byte[] bytes, Sha256 sha) {
    String key = prefix() + "/" + name;
    boolean small = bytes.length <= store.singlePut();
    if (small && store.putIfAbsent(key, bytes).isPresent()) return name;
    String object = byContent(name, sha);
    store.put(prefix() + "/" + object, bytes);
    return object;
  }

  private static String byContent(String name, Sha256 sha) {
    return sha.hex().substring(0, DIGITS) + "-" + name;
  }

  private Staging note(String name, String object, Sha256 sha) {
    parts.add(new Manifest.Part(name, object, sha.size(), sha.hex()));
    return this;
  }
}
