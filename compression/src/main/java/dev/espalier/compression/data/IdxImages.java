package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Grey images and their labels in two gzipped IDX files, as MNIST and Fashion-MNIST have them. */
record IdxImages(Path images, Path labels) implements Archive {
  /**
   * @param part {@code train} or {@code t10k}
   */
  static Optional<FoundData> find(Path folder, String part) {
    IdxImages files =
        new IdxImages(
            folder.resolve(part + "-images-idx3-ubyte.gz"),
            folder.resolve(part + "-labels-idx1-ubyte.gz"));
    boolean there = Files.exists(files.images) && Files.exists(files.labels);
    return there ? Optional.of(new ArchiveData(files)) : Optional.empty();
  }

  @Override
  public List<Path> files() {
    return List.of(images, labels);
  }

  @Override
  public int[] imageShape() throws IOException {
    int[] shape = IdxFile.shape(images, 3);
    return new int[] {1, shape[1], shape[2]};
  }

  @Override
  public Read read(@Nullable Path cache) throws IOException {
    IdxFile pixels = IdxFile.read(images, 3);
    IdxFile classes = IdxFile.read(labels, 1);
    InvalidInput.require(
        classes.shape()[0] == pixels.shape()[0],
        "%s has %d labels for %d images",
        labels,
        classes.shape()[0],
        pixels.shape()[0]);
    int[] shape = {1, pixels.shape()[1], pixels.shape()[2]};
    return Read.held(shape, pixels.elements(), classes.elements());
  }
}
