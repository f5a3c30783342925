package dev.espalier.compression.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * A float32 matrix in a safetensors file of one tensor, {@value #KEY}: written row by row and read
 * by mapping, so that 50,000 × 2048 features (410 MB) never lie in the Java heap.
 */
public final class FeatureFile implements AutoCloseable {
  private static final String KEY = "features";
  private static final int MAX_HEADER = 1 << 20;

  private final FileChannel channel;
  private final int width;
  private long left;

  private FeatureFile(FileChannel channel, int rows, int width) {
    this.channel = channel;
    this.width = width;
    this.left = rows;
  }

  /**
   * Begins a file of {@code rows} × {@code width}.
   *
   * @throws InvalidInput if that is more than 2 GiB
   * @throws IOException if it cannot be written
   */
  public static FeatureFile create(Path file, int rows, int width) throws IOException {
    long bytes = 4L * rows * width;
    InvalidInput.require(
        bytes <= Integer.MAX_VALUE,
        "%,d images with %,d features each take %,d bytes; at most 2 GiB can be compared",
        rows,
        width,
        bytes);
    Map<String, ?> tensor =
        Map.of("dtype", "F32", "shape", List.of(rows, width), "data_offsets", List.of(0, bytes));
    StringBuilder header = new StringBuilder(Json.write(Map.of(KEY, tensor)));
    while (header.length() % 8 != 0) header.append(' ');
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    ByteBuffer start = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
    write(channel, start.putLong(header.length()).put(header.toString().getBytes(UTF_8)).flip());
    return new FeatureFile(channel, rows, width);
  }

  /** Appends rows: float32 [n, width]. */
  public void add(Tensor rows) throws IOException {
    if (rows.dtype() != Dtype.F32 || rows.rank() != 2 || rows.extent(1) != width) {
      throw new IllegalArgumentException("rows of width " + width + " expected, not " + rows);
    }
    left -= rows.extent(0);
    write(channel, rows.bytes());
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) channel.write(bytes);
  }

  /**
   * The rows {@code from} to {@code to}, exclusive, of a file that is whole or has them at least.
   *
   * @return float32 [to − from, width]
   */
  public static Tensor rows(Path file, int from, int to) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = Header.of(channel, file);
      ByteBuffer rows = ByteBuffer.allocate(Math.toIntExact(4L * (to - from) * header.width()));
      long at = header.end() + 4L * from * header.width();
      while (rows.hasRemaining()) {
        int read = channel.read(rows, at + rows.position());
        if (read < 0) throw new IOException(file + " has no row " + (to - 1));
      }
      return Tensor.of(Dtype.F32, new int[] {to - from, (int) header.width()}, rows.flip());
    }
  }

  /** Ends the file, which then has all its rows. */
  @Override
  public void close() throws IOException {
    channel.close();
    if (left != 0) throw new IllegalStateException(left + " rows were announced, but not written");
  }

  /**
   * The matrix in a file, [rows, width], whose elements stay on disk until they are read.
   *
   * @throws InvalidInput if the file holds anything else
   */
  public static Tensor map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = Header.of(channel, file);
      long bytes = channel.size() - header.end();
      InvalidInput.require(
          bytes <= Integer.MAX_VALUE
              && header.rows() <= bytes
              && header.width() <= bytes
              && 4 * header.rows() * header.width() == bytes,
          "%s is no feature file: F32 'features' [images, width] of its size",
          file);
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, header.end(), bytes);
      int[] shape = {(int) header.rows(), (int) header.width()};
      return Tensor.of(Dtype.F32, shape, mapped);
    }
  }

  /**
   * What a file begins with.
   *
   * @param end where the elements begin
   */
  private record Header(long rows, long width, long end) {
    static Header of(FileChannel channel, Path file) throws IOException {
      ByteBuffer size = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.read(size, 0);
      long length = size.getLong(0);
      InvalidInput.require(
          !size.hasRemaining() && length > 0 && length <= MAX_HEADER,
          "%s is no feature file",
          file);
      ByteBuffer text = ByteBuffer.allocate((int) length);
      channel.read(text, 8);
      var json = Json.parse(new String(text.array(), UTF_8), file.toString()).path(KEY);
      var shape = json.path("shape");
      long rows = shape.path(0).asLong();
      long width = shape.path(1).asLong();
      InvalidInput.require(
          json.path("dtype").asText().equals("F32") && shape.size() == 2 && rows > 0 && width > 0,
          "%s is no feature file: F32 'features' [images, width]",
          file);
      return new Header(rows, width, 8 + length);
    }
  }
}
