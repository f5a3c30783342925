package dev.espalier.compression.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images of one size in one file, or a few, that are read as a whole. */
interface Archive {
  /** All files its contents lie in. */
  List<Path> files();

  /** [channels, height, width]; at most the file's head is read. */
  int[] imageShape() throws IOException;

  /**
   * Reads it.
   *
   * @param cache folder for what is too large for memory; absent: a temporary file is used
   */
  Read read(@Nullable Path cache) throws IOException;

  /**
   * What was read.
   *
   * @param labels [size] or empty
   * @param fingerprint SHA-256 of pixels and labels
   */
  record Read(int size, ImageSource images, byte[] labels, String fingerprint) {
    /**
     * Images held in memory.
     *
     * @param shape [channels, height, width]
     */
    static Read held(int[] shape, byte[] pixels, byte[] labels) {
      int area = shape[0] * shape[1] * shape[2];
      return new Read(
          pixels.length / area,
          ImageSource.held(pixels, area),
          labels,
          new Fingerprint().add(pixels).add(labels).hex());
    }
  }
}
