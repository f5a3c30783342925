package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one table of data sets a plan can name, and where their files are looked for. A name is a row
 * of the table, {@code folder:PATH} (any images, at any depth) or {@code npz:PATH} (a numpy array);
 * a relative path is looked for in the data folders. Images of a folder, CelebA's and LSUN's take
 * the size of the network that asks; all others must have it. See {@code datasets/README.md}.
 */
public final class Datasets {
  private interface Finder {
    /**
     * The data set, if its files are there.
     *
     * @param root a folder of data sets
     * @param path what the name says after its colon
     */
    Optional<FoundData> find(Path root, String path) throws IOException;
  }

  private static final Map<String, Finder> TABLE =
      new TreeMap<>(
          Map.of(
              "fashion-mnist-train",
              (root, path) -> IdxImages.find(root.resolve("fashion-mnist"), "train"),
              "fashion-mnist-t10k",
              (root, path) -> IdxImages.find(root.resolve("fashion-mnist"), "t10k"),
              "cifar10",
              (root, path) -> Cifar10.train(root.resolve("cifar10")),
              "cifar10-test",
              (root, path) -> Cifar10.test(root.resolve("cifar10")),
              "celeba",
              (root, path) ->
                  FolderData.find(root.resolve("celeba/img_align_celeba"), Framing.CELEBA),
              "lsun-bedroom",
              (root, path) -> FolderData.find(root.resolve("lsun/bedroom_train"), Framing.CENTRE),
              "lsun-church",
              (root, path) ->
                  FolderData.find(root.resolve("lsun/church_outdoor_train"), Framing.CENTRE)));

  private static final Map<String, Finder> WITH_PATH =
      new TreeMap<>(
          Map.of(
              "folder",
              (root, path) -> FolderData.find(root.resolve(path), Framing.CENTRE),
              "npz",
              (root, path) -> NumpyImages.find(root.resolve(path))));

  /** Names that stand for the first of several sets that is found. */
  private static final Map<String, List<String>> ALIASES =
      Map.of("fashion-mnist", List.of("fashion-mnist-train", "fashion-mnist-t10k"));

  /** Open data sets that are kept for the next stage. */
  private static final int KEPT = 2;

  private final List<Path> roots;
  private final @Nullable Path cache;
  private final DecodingThreads threads;

  private final Map<String, Kept> open =
      new LinkedHashMap<>(4, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > KEPT;
        }
      };

  private record Kept(List<FileStamp> stamps, ImageDataset data) {}

  /** Hears how many files of how many were looked at while a data set is opened. */
  public interface Progress {
    /** Called every few hundred files; what it throws ends the opening. */
    void at(int done, int files);
  }

  /**
   * Without a cache: what is found in files is forgotten with the process.
   *
   * @param roots folders searched in order, each with one sub-folder per data set
   */
  public Datasets(List<Path> roots) {
    this(roots, null, DecodingThreads.SHARED);
  }

  /**
   * @param roots folders searched in order, each with one sub-folder per data set
   * @param cache folder for notes on files; it may be deleted at any time
   */
  public Datasets(List<Path> roots, Path cache) {
    this(roots, cache, DecodingThreads.SHARED);
  }

  Datasets(List<Path> roots, @Nullable Path cache, DecodingThreads threads) {
    this.roots = List.copyOf(roots);
    this.cache = cache;
    this.threads = threads;
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
      if (find(DataName.parse(candidate), name).isPresent()) return candidate;
    }
    throw new InvalidInput("data '" + name + "': no files found in " + roots);
  }

  /**
   * Looks, without reading it, whether a data set is there and can be used by a network.
   *
   * @param shape of the network's samples: [channels, height, width]
   * @throws InvalidInput if not
   */
  public void requireShape(String name, int... shape) {
    FoundData found = found(name);
    telling(
        name,
        () -> {
          found.requireShape(name, shape);
          return name;
        });
  }

  /**
   * Opens a data set that has a size of its own.
   *
   * @throws InvalidInput if it is unknown, absent or broken, or has none
   */
  public ImageDataset load(String name) {
    return open(name, null, (done, files) -> {});
  }

  /** Opens a data set for a network with samples of this shape. */
  public ImageDataset load(String name, int... shape) {
    return open(name, shape, (done, files) -> {});
  }

  /**
   * Opens a data set: what it holds is known at once, its pixels are read when they are asked for.
   * The files of a folder that nobody has looked at before are all decoded once, to find the broken
   * ones and to make the fingerprint. A set that is open already, and whose files are as they were,
   * is given again.
   *
   * @param shape of the network's samples, [channels, height, width]; absent where the data are to
   *     have a size of their own
   * @throws InvalidInput if it is unknown, absent or broken, or its images do not fit the network
   */
  public synchronized ImageDataset open(String name, int @Nullable [] shape, Progress progress) {
    String resolved = resolve(name);
    FoundData found = found(resolved);
    boolean skip = DataName.parse(resolved).skipBroken();
    String key = resolved + " " + Arrays.toString(shape);
    return telling(
        name,
        () -> {
          List<FileStamp> stamps = found.stamps();
          Kept kept = open.get(key);
          if (kept != null && kept.stamps().equals(stamps)) return kept.data();
          ImageDataset data =
              found.open(
                  new FoundData.Opening(resolved, shape, skip, cache, threads, progress), stamps);
          open.put(key, new Kept(stamps, data));
          return data;
        });
  }

  private FoundData found(String name) {
    return find(DataName.parse(resolve(name)), name).orElseThrow();
  }

  private Optional<FoundData> find(DataName data, String name) {
    Finder finder = (data.hasPath() ? WITH_PATH : TABLE).get(data.kind());
    if (finder == null) {
      throw new InvalidInput(
          String.format(
              "data '%s' is unknown; legal are %s, %s, %s:PATH",
              name,
              String.join(", ", ALIASES.keySet()),
              String.join(", ", TABLE.keySet()),
              String.join(":PATH, ", WITH_PATH.keySet())));
    }
    for (Path root : roots) {
      Optional<FoundData> found = telling(name, () -> finder.find(root, data.path()));
      if (found.isEmpty()) continue;
      InvalidInput.require(
          !data.skipBroken() || found.get() instanceof FolderData,
          "data '%s': %s is for folders of images",
          name,
          DataName.SKIP_BROKEN);
      return found;
    }
    return Optional.empty();
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  /** Says which data set it was that could not be read. */
  private static <T> T telling(String name, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException | UncheckedIOException | InvalidPathException e) {
      throw new InvalidInput("data '" + name + "': " + e.getMessage(), e);
    }
  }
}
