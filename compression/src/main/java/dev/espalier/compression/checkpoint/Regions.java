package dev.espalier.compression.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Parts of a file: large ones are mapped, so that only what is used takes memory. */
final class Regions {
  /** Mappings are scarce, a process has some ten thousand; small parts are read. */
  private static final int MAPPED = 64 << 10;

  private Regions() {}

  /** The bytes, little-endian; {@code size} has been held against the file's. */
  static ByteBuffer of(FileChannel channel, long offset, int size) throws IOException {
    return size < MAPPED
        ? read(channel, offset, size)
        : channel.map(FileChannel.MapMode.READ_ONLY, offset, size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** As {@link #of}, never mapped. */
  static ByteBuffer read(FileChannel channel, long offset, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("the file shrank while it was read");
      }
    }
    return bytes.flip();
  }
}
