package dev.espalier.compression.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A data set whose files were found. */
interface FoundData {
  /**
   * What opening a data set takes.
   *
   * @param name what the plan calls it
   * @param shape of the network's samples, [channels, height, width]; absent where none is asked
   * @param skipBroken whether files that cannot be used are left out; else one is an error
   * @param cache folder for notes on files and for unpacked pixels; absent: nothing is kept
   * @param threads that decode
   * @param progress told how many files of how many were looked at
   */
  record Opening(
      String name,
      int @Nullable [] shape,
      boolean skipBroken,
      @Nullable Path cache,
      DecodingThreads threads,
      Datasets.Progress progress) {}

  /**
   * What its files look like from outside. Equal stamps mean equal contents, so an open data set
   * can be used again.
   */
  List<FileStamp> stamps() throws IOException;

  /**
   * Looks, as far as that is quick, whether it can be used by a network with samples of this shape.
   *
   * @throws dev.espalier.compression.InvalidInput if not
   */
  void requireShape(String name, int[] shape) throws IOException;

  /**
   * Opens it.
   *
   * @param stamps what {@link #stamps} gave
   * @throws dev.espalier.compression.InvalidInput if it is broken or has images of another shape
   */
  ImageDataset open(Opening opening, List<FileStamp> stamps) throws IOException;
}
