package dev.espalier.compression.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The reference data: one folder {@code <kind>/<case>} each, under the directory that the system
 * property {@code reference.dir} names.
 */
public final class ReferenceSet {
  private ReferenceSet() {}

  /** The directory, which has to exist. */
  public static Path root() {
    String dir = System.getProperty("reference.dir");
    if (dir == null || !Files.isDirectory(Path.of(dir))) {
      throw new IllegalStateException("reference.dir is not a directory: " + dir);
    }
    return Path.of(dir);
  }

  /** The folder {@code <kind>/<case>}. */
  public static Path at(String name) {
    return root().resolve(name);
  }

  /** Every case there is, sorted by name. */
  public static List<Path> cases() {
    return folders(root()).stream().flatMap(kind -> folders(kind).stream()).toList();
  }

  /** The folders directly in {@code dir}, sorted by name. */
  public static List<Path> folders(Path dir) {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a JSON file. */
  public static JsonNode json(Path file) {
    try {
      return Json.parse(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the tensors of a safetensors file as they are stored. */
  public static StateDict tensors(Path file) {
    try {
      return Safetensors.read(file).tensors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The network of {@code config.json} in {@code dir}. */
  public static Network network(Path dir) {
    return Networks.of(json(dir.resolve("config.json")));
  }
}
