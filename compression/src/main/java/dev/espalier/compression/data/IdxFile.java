package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * One gzipped IDX file of unsigned bytes, the format of MNIST and Fashion-MNIST: a magic number
 * {@code 0x000008NN} with the rank NN, one big-endian int per axis, then the elements.
 */
record IdxFile(int[] shape, byte[] elements) {
  static IdxFile read(Path file, int rank) throws IOException {
    try (DataInputStream in = open(file)) {
      int[] shape = shape(in, file, rank);
      int size = 1;
      for (int extent : shape) size *= extent;
      byte[] elements = in.readNBytes(size);
      if (elements.length < size) throw new EOFException();
      InvalidInput.require(in.read() < 0, "%s: bytes after the last element", file);
      return new IdxFile(shape, elements);
    } catch (EOFException | ZipException e) {
      throw broken(file, e);
    }
  }

  /** The extents alone, from the head of the file. */
  static int[] shape(Path file, int rank) throws IOException {
    try (DataInputStream in = open(file)) {
      return shape(in, file, rank);
    } catch (EOFException | ZipException e) {
      throw broken(file, e);
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))));
  }

  private static int[] shape(DataInputStream in, Path file, int rank) throws IOException {
    int magic = in.readInt();
    InvalidInput.require(
        magic == (0x0800 | rank), "%s: magic number %08x, expected 08%02x", file, magic, rank);
    int[] shape = new int[rank];
    long size = 1;
    for (int i = 0; i < rank; i++) {
      shape[i] = in.readInt();
      size *= shape[i];
      InvalidInput.require(
          shape[i] > 0 && size < Integer.MAX_VALUE, "%s: axis %d claims %d", file, i, shape[i]);
    }
    return shape;
  }

  private static InvalidInput broken(Path file, IOException cause) {
    return new InvalidInput(file + ": truncated or not a gzipped IDX file", cause);
  }
}
