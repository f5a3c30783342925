package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Images in a numpy array: a {@code .npy}, or in a {@code .npz} the array {@code arr_0} (so ADM's
 * sample and reference batches are laid out) or the only one there is. See {@link NumpyHeader} for
 * the layouts. Without labels.
 */
record NumpyImages(Path file) implements Archive {
  /** How many times its packed size an array may have before it is taken for a zip bomb. */
  private static final int MOST_DEFLATION = 200;

  /** Bytes below which nothing is suspicious. */
  private static final long HARMLESS = 1 << 28;

  static Optional<FoundData> find(Path file) {
    if (!Files.isRegularFile(file)) return Optional.empty();
    return Optional.of(new ArchiveData(new NumpyImages(file)));
  }

  @Override
  public List<Path> files() {
    return List.of(file);
  }

  @Override
  public int[] imageShape() throws IOException {
    return withArray((in, name) -> NumpyHeader.read(in, name).imageShape());
  }

  @Override
  public Read read(@Nullable Path cache) throws IOException {
    return withArray(
        (in, name) -> {
          NumpyHeader header = NumpyHeader.read(in, name);
          int[] shape = header.imageShape();
          int area = Math.multiplyExact(Math.multiplyExact(shape[0], shape[1]), shape[2]);
          Fingerprint fingerprint = new Fingerprint();
          try (PixelStore store = PixelStore.of(header.images(), area, cache, file.toString())) {
            byte[] stored = new byte[area];
            for (int i = 0; i < header.images(); i++) {
              if (in.readNBytes(stored, 0, area) < area) throw new EOFException();
              byte[] planes = header.channelsLast() ? planes(stored, shape) : stored;
              fingerprint.add(planes);
              store.add(planes);
            }
            InvalidInput.require(in.read() < 0, "%s: bytes after the last image", name);
            return new Read(header.images(), store.source(), new byte[0], fingerprint.hex());
          }
        });
  }

  private static byte[] planes(byte[] pixels, int[] shape) {
    byte[] planes = new byte[pixels.length];
    new DecodedImage(shape[0], shape[2], shape[1], pixels).planes(shape[0], planes, 0);
    return planes;
  }

  private interface Reading<T> {
    T read(InputStream in, String name) throws IOException;
  }

  private <T> T withArray(Reading<T> reading) throws IOException {
    try {
      if (!isZip()) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
          return reading.read(in, file.toString());
        }
      }
      try (ZipFile zip = new ZipFile(file.toFile())) {
        ZipEntry array = array(zip);
        try (InputStream in = new BufferedInputStream(zip.getInputStream(array))) {
          return reading.read(in, file + ": " + array.getName());
        }
      }
    } catch (EOFException | ZipException e) {
      throw new InvalidInput(file + ": truncated or not a numpy file", e);
    } catch (ArithmeticException e) {
      throw new InvalidInput(file + ": its images are too large", e);
    }
  }

  private boolean isZip() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(6);
      if (NumpyHeader.begins(head)) return false;
      InvalidInput.require(
          head.length > 1 && head[0] == 'P' && head[1] == 'K', "%s is no .npz and no .npy", file);
      return true;
    }
  }

  private ZipEntry array(ZipFile zip) {
    List<? extends ZipEntry> entries = zip.stream().toList();
    ZipEntry named = zip.getEntry("arr_0.npy");
    InvalidInput.require(
        named != null || entries.size() == 1,
        "%s has no array arr_0, but %s",
        file,
        entries.stream().limit(10).map(ZipEntry::getName).toList());
    ZipEntry array = named != null ? named : entries.get(0);
    InvalidInput.require(
        array.getSize() < HARMLESS
            || array.getSize() <= MOST_DEFLATION * Math.max(1, array.getCompressedSize()),
        "%s: %s unpacks %,d bytes to %,d and is taken for a zip bomb",
        file,
        array.getName(),
        array.getCompressedSize(),
        array.getSize());
    return array;
  }
}
