package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Takes images one after the other and keeps them: in memory, or, where they are many, in a file
 * that is gone with the process.
 */
final class PixelStore implements AutoCloseable {
  /** Bytes of pixels that are still held in memory. */
  static final long HELD = 256L << 20;

  private final int area;
  private final String name;
  private final byte @Nullable [] held;
  private final @Nullable FileChannel channel;
  private int count;
  private boolean handedOut;

  private PixelStore(int area, String name, byte @Nullable [] held, @Nullable FileChannel channel) {
    this.area = area;
    this.name = name;
    this.held = held;
    this.channel = channel;
  }

  /**
   * @param images how many there will be
   * @param cache folder for the file; absent: the system's folder for temporary files
   * @param name of what they come from, for messages
   * @throws InvalidInput if the disk has no room for them
   */
  static PixelStore of(int images, int area, @Nullable Path cache, String name) throws IOException {
    long bytes = (long) images * area;
    if (bytes <= HELD) return new PixelStore(area, name, new byte[(int) bytes], null);
    Path folder = cache == null ? Path.of(System.getProperty("java.io.tmpdir")) : cache;
    long free = Files.getFileStore(Files.createDirectories(folder)).getUsableSpace();
    InvalidInput.require(
        bytes < free,
        "%s: its images take %,d MB, but %s has %,d MB free",
        name,
        bytes >> 20,
        folder,
        free >> 20);
    FileChannel channel =
        FileChannel.open(
            Files.createTempFile(folder, "pixels", ".u8"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    return new PixelStore(area, name, null, channel);
  }

  void add(byte[] image) throws IOException {
    if (held != null) System.arraycopy(image, 0, held, count * area, area);
    if (channel != null) {
      ByteBuffer bytes = ByteBuffer.wrap(image);
      while (bytes.hasRemaining()) channel.write(bytes);
    }
    count++;
  }

  /** The images that were added. */
  ImageSource source() {
    handedOut = true;
    return held != null ? ImageSource.held(held, area) : this::read;
  }

  private void read(int index, byte[] into, int at) {
    ByteBuffer image = ByteBuffer.wrap(into, at, area);
    long from = (long) index * area;
    try {
      while (image.hasRemaining()) {
        int read = channel == null ? -1 : channel.read(image, from + image.position() - at);
        if (read < 0) throw new IOException("the file has ended");
      }
    } catch (IOException e) {
      throw new InvalidInput(name + ": unpacked pixels cannot be read: " + e.getMessage(), e);
    }
  }

  /** Gives up what nobody has asked for. */
  @Override
  public void close() throws IOException {
    if (!handedOut && channel != null) channel.close();
  }
}
