package dev.espalier.activities.shelf;

import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parts of an artifact that lies in local files. */
record LocalParts(String prefix, Map<String, Path> files) implements StoredArtifact.Source {
  LocalParts {
    files = Map.copyOf(files);
  }

  @Override
  public <T> Optional<T> read(String key, ObjectStore.Reader<T> reader) {
    Path file = files.get(key.substring(prefix.length() + 1));
    if (file == null) return Optional.empty();
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(reader.read(in, ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the manifest of these files would be. */
  static Manifest manifest(String prefix, Map<String, Path> files) throws IOException {
    List<Manifest.Part> parts = new ArrayList<>();
    for (var entry : files.entrySet()) {
      Sha256 hash = LocalHashes.of(entry.getValue());
      String name = entry.getKey();
      parts.add(new Manifest.Part(name, name, hash.size(), hash.hex()));
    }
    return new Manifest(
        Manifest.SCHEMA,
        ObjectNames.path(prefix),
        "local",
        NullNode.getInstance(),
        List.of(),
        Map.of(),
        0,
        parts,
        NullNode.getInstance());
  }
}
