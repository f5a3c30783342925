package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The two ways in which CIFAR-10's batches are offered, and where their files are looked for. */
enum CifarLayout {
  /** A record per image: a label, then the red, the green and the blue plane. */
  BINARY("cifar-10-batches-bin", ".bin", "cifar-10-binary.tar.gz", 1) {
    @Override
    CifarBatch parse(byte[] bytes, String name) {
      return CifarBatch.binary(bytes, name);
    }
  },

  /** A pickle per batch: a dictionary of pixels, labels and file names. */
  PYTHON("cifar-10-batches-py", "", "cifar-10-python.tar.gz", 1024) {
    @Override
    CifarBatch parse(byte[] bytes, String name) {
      return CifarBatch.python(bytes, name);
    }
  };

  private final String folder;
  private final String ending;
  private final String archive;
  private final int mostBytes;

  /**
   * @param besidePixels bytes per image, at most, that are no pixels
   */
  CifarLayout(String folder, String ending, String archive, int besidePixels) {
    this.folder = folder;
    this.ending = ending;
    this.archive = archive;
    this.mostBytes = CifarBatch.MOST_IMAGES * (CifarBatch.AREA + besidePixels);
  }

  abstract CifarBatch parse(byte[] bytes, String name);

  /** Bytes beyond which a batch is refused. */
  int mostBytes() {
    return mostBytes;
  }

  /** The file that holds a batch. */
  String file(String batch) {
    return batch + ending;
  }

  /** The archive, if it lies in {@code parent}. */
  Optional<Path> archive(Path parent) {
    return Optional.of(parent.resolve(archive)).filter(Files::isRegularFile);
  }

  /**
   * All batches' files, if they lie unpacked in {@code parent} or in the archive's folder below it.
   *
   * @throws InvalidInput if some of them are missing
   */
  Optional<List<Path>> unpacked(Path parent, List<String> batches) {
    for (Path place : List.of(parent, parent.resolve(folder))) {
      List<Path> files = batches.stream().map(batch -> place.resolve(file(batch))).toList();
      if (files.stream().noneMatch(Files::isRegularFile)) continue;
      for (Path file : files) {
        InvalidInput.require(Files.isRegularFile(file), "%s is missing beside the others", file);
      }
      return Optional.of(files);
    }
    return Optional.empty();
  }
}
