package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The one table of data sets a plan can name, and where their files are looked for. */
public final class Datasets {
  private interface Loader {
    Optional<ImageDataset> load(Path root) throws IOException;
  }

  private static final Map<String, Loader> TABLE =
      new TreeMap<>(
          Map.of(
              "fashion-mnist-train", root -> idx(root, "fashion-mnist", "train"),
              "fashion-mnist-t10k", root -> idx(root, "fashion-mnist", "t10k")));

  /** Names that stand for the first of several sets that is found. */
  private static final Map<String, List<String>> ALIASES =
      Map.of("fashion-mnist", List.of("fashion-mnist-train", "fashion-mnist-t10k"));

  private final List<Path> roots;

  /**
   * @param roots folders searched in order, each with one sub-folder per data set
   */
  public Datasets(List<Path> roots) {
    this.roots = List.copyOf(roots);
  }

  /**
   * Resolves an alias to the data set that is there: {@code fashion-mnist} becomes {@code
   * fashion-mnist-train} where the 60,000 training images are found, else {@code
   * fashion-mnist-t10k}.
   *
   * @throws InvalidInput if no such name exists or its files are nowhere
   */
  public String resolve(String name) {
    for (String candidate : ALIASES.getOrDefault(name, List.of(name))) {
      InvalidInput.require(
          TABLE.containsKey(candidate),
          "data '%s' is unknown; legal are %s, %s",
          name,
          String.join(", ", ALIASES.keySet()),
          String.join(", ", TABLE.keySet()));
      if (find(candidate).isPresent()) return candidate;
    }
    throw new InvalidInput("data '" + name + "': no files found in " + roots);
  }

  /**
   * Loads a data set into memory.
   *
   * @throws InvalidInput if it is unknown, absent or broken
   */
  public ImageDataset load(String name) {
    return find(resolve(name)).orElseThrow();
  }

  private Optional<ImageDataset> find(String name) {
    Loader loader = TABLE.get(name);
    if (loader == null) return Optional.empty();
    for (Path root : roots) {
      try {
        Optional<ImageDataset> found = loader.load(root);
        if (found.isPresent()) return found;
      } catch (IOException e) {
        throw new InvalidInput("data '" + name + "' under " + root + ": " + e.getMessage(), e);
      }
    }
    return Optional.empty();
  }

  private static Optional<ImageDataset> idx(Path root, String folder, String part)
      throws IOException {
    Path images = root.resolve(folder).resolve(part + "-images-idx3-ubyte.gz");
    Path labels = root.resolve(folder).resolve(part + "-labels-idx1-ubyte.gz");
    if (!Files.exists(images) || !Files.exists(labels)) return Optional.empty();
    IdxFile pixels = IdxFile.read(images, 3);
    IdxFile classes = IdxFile.read(labels, 1);
    int[] shape = pixels.shape();
    InvalidInput.require(
        classes.shape()[0] == shape[0],
        "%s has %d labels for %d images",
        labels,
        classes.shape()[0],
        shape[0]);
    return Optional.of(
        new ImageDataset(
            folder + "-" + part,
            sha256(pixels.elements(), classes.elements()),
            shape[0],
            1,
            shape[1],
            shape[2],
            pixels.elements(),
            classes.elements()));
  }

  private static String sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) digest.update(part);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
