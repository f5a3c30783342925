package dev.espalier.compression.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;

/** Parts of a file: large ones are mapped, so that only what is used takes memory. */
final class Regions {
  /** Mappings are scarce, a process has some ten thousand; small parts are read. */
  private static final int MAPPED = 64 << 10;

  private static final int CHUNK = 1 << 20;

  private Regions() {}

  /** The bytes, little-endian; {@code size} has been held against the file's. */
  static ByteBuffer of(FileChannel channel, long offset, int size) throws IOException {
    return size < MAPPED
        ? read(channel, offset, size)
        : channel.map(FileChannel.MapMode.READ_ONLY, offset, size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The checksum of a part, which is read for it and not mapped: it may never be used. */
  static long crc32(FileChannel channel, long offset, long size) throws IOException {
    CRC32 sum = new CRC32();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(size, CHUNK));
    for (long done = 0; done < size; done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(size - done, CHUNK));
      fill(channel, offset + done, chunk);
      sum.update(chunk);
    }
    return sum.getValue();
  }

  /** As {@link #of}, never mapped. */
  static ByteBuffer read(FileChannel channel, long offset, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, offset, bytes);
    return bytes;
  }

  private static void fill(FileChannel channel, long offset, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("the file shrank while it was read");
      }
    }
    bytes.flip();
  }
}
