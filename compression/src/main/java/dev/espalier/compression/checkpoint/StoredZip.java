package dev.espalier.compression.checkpoint;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The directory of a zip archive as {@code torch.save} writes it: entries stored as they are, so
 * that they can be mapped, one behind the other. A compressed entry is refused (what is stored can
 * be no zip bomb), as are entries that share bytes (PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3).
 */
final class StoredZip {
  private static final int LOCAL = 0x04034b50;
  private static final int DIRECTORY = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int END_SIZE = 22;
  private static final int LONGEST_COMMENT = 0xFFFF;
  private static final int LARGEST_DIRECTORY = 64 << 20;
  private static final int ENCRYPTED = 1;
  private static final long IN_EXTRA = 0xFFFFFFFFL;

  private final FileChannel channel;
  private final String name;

  /**
   * Where an entry's bytes lie.
   *
   * @param crc32 of them
   */
  record Entry(String name, long offset, long size, long crc32) {}

  private StoredZip(FileChannel channel, String name) {
    this.channel = channel;
    this.name = name;
  }

  /**
   * All entries by name, in the directory's order.
   *
   * @throws InvalidInput if the archive is truncated, inconsistent or compressed
   */
  static Map<String, Entry> entries(FileChannel channel, String name) throws IOException {
    return new StoredZip(channel, name).read();
  }

  private Map<String, Entry> read() throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    ByteBuffer directory = directory();
    while (directory.hasRemaining()) {
      Entry entry = entry(directory);
      require(
          entries.put(entry.name(), entry) == null,
          "has two entries named '%s'",
          PickleInput.printable(entry.name()));
    }
    List<Entry> byOffset = new ArrayList<>(entries.values());
    byOffset.sort(Comparator.comparingLong(Entry::offset));
    long end = 0;
    for (Entry entry : byOffset) {
      require(
          entry.offset() >= end,
          "entry '%s' overlaps the one before it",
          PickleInput.printable(entry.name()));
      end = entry.offset() + entry.size();
    }
    return Collections.unmodifiableMap(entries);
  }

  private ByteBuffer directory() throws IOException {
    long size = channel.size();
    int tailSize = (int) Math.min(size, END_SIZE + LONGEST_COMMENT);
    ByteBuffer tail = at(size - tailSize, tailSize);
    int end = tailSize - END_SIZE;
    while (end >= 0 && tail.getInt(end) != END) end--;
    require(end >= 0, "is truncated or no zip archive: its directory is missing");
    long directorySize = tail.getInt(end + 12) & IN_EXTRA;
    long offset = tail.getInt(end + 16) & IN_EXTRA;
    long endOffset = size - tailSize + end;
    if (endOffset >= 20) {
      ByteBuffer locator = at(endOffset - 20, 20);
      if (locator.getInt(0) == LOCATOR64) {
        ByteBuffer end64 = at(locator.getLong(8), 56);
        require(end64.getInt(0) == END64, "is inconsistent: its zip64 directory is missing");
        directorySize = end64.getLong(40);
        offset = end64.getLong(48);
      }
    }
    require(
        directorySize >= 0 && directorySize <= LARGEST_DIRECTORY,
        "has a directory of %d bytes; at most %d are read",
        directorySize,
        LARGEST_DIRECTORY);
    return at(offset, (int) directorySize);
  }

  /** The directory's entry at the buffer's position. */
  private Entry entry(ByteBuffer directory) throws IOException {
    require(
        directory.remaining() >= 46 && directory.getInt(directory.position()) == DIRECTORY,
        "has a broken directory");
    ByteBuffer fixed = directory.slice(directory.position(), 46).order(ByteOrder.LITTLE_ENDIAN);
    int nameSize = fixed.getShort(28) & 0xFFFF;
    int extraSize = fixed.getShort(30) & 0xFFFF;
    int length = 46 + nameSize + extraSize + (fixed.getShort(32) & 0xFFFF);
    require(directory.remaining() >= length, "has a broken directory");
    byte[] nameBytes = new byte[nameSize];
    directory.get(directory.position() + 46, nameBytes);
    String entry = new String(nameBytes, StandardCharsets.UTF_8);
    ByteBuffer extra =
        directory
            .slice(directory.position() + 46 + nameSize, extraSize)
            .order(ByteOrder.LITTLE_ENDIAN);
    directory.position(directory.position() + length);

    String shown = PickleInput.printable(entry);
    require((fixed.getShort(8) & ENCRYPTED) == 0, "entry '%s' is encrypted", shown);
    require(
        fixed.getShort(10) == 0,
        "entry '%s' is compressed (method %d); torch.save stores entries as they are",
        shown,
        fixed.getShort(10));
    long[] wide = {
      fixed.getInt(24) & IN_EXTRA, fixed.getInt(20) & IN_EXTRA, fixed.getInt(42) & IN_EXTRA
    };
    widen(wide, extra, shown);
    require(
        wide[0] == wide[1], "entry '%s' is stored, but as %d of %d bytes", shown, wide[1], wide[0]);
    long offset = contentOffset(wide[2], shown);
    require(
        wide[0] >= 0 && wide[0] <= channel.size() - offset,
        "is truncated: entry '%s' of %d bytes begins at %d",
        shown,
        wide[0],
        offset);
    return new Entry(entry, offset, wide[0], fixed.getInt(16) & IN_EXTRA);
  }

  /** Takes the fields that do not fit 32 bits from the zip64 extra field, in their order there. */
  private void widen(long[] fields, ByteBuffer extra, String entry) {
    while (extra.remaining() >= 4) {
      int id = extra.getShort();
      int size = extra.getShort() & 0xFFFF;
      require(size <= extra.remaining(), "entry '%s' has a broken extra field", entry);
      ByteBuffer field = extra.slice(extra.position(), size).order(ByteOrder.LITTLE_ENDIAN);
      extra.position(extra.position() + size);
      if (id != 1) continue;
      for (int i = 0; i < fields.length; i++) {
        if (fields[i] != IN_EXTRA) continue;
        require(field.remaining() >= 8, "entry '%s' has a broken zip64 field", entry);
        fields[i] = field.getLong();
      }
    }
  }

  /** Where the bytes begin: behind the local header, whose lengths are its own. */
  private long contentOffset(long header, String entry) throws IOException {
    ByteBuffer local = at(header, 30);
    require(local.getInt(0) == LOCAL, "has no entry '%s' where its directory says", entry);
    return header + 30 + (local.getShort(26) & 0xFFFF) + (local.getShort(28) & 0xFFFF);
  }

  private ByteBuffer at(long offset, int size) throws IOException {
    require(
        offset >= 0 && offset <= channel.size() - size,
        "is truncated: %d bytes at %d are missing",
        size,
        offset);
    return Regions.read(channel, offset, size);
  }

  private void require(boolean legal, String message, Object... arguments) {
    if (!legal) throw new InvalidInput(name + ": " + String.format(message, arguments));
  }
}
