package dev.espalier.compression.tensor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The safetensors format: eight bytes header length, a JSON header of names, types, shapes and
 * offsets, then the elements (huggingface/safetensors, "Format"). Reading checks all of it before
 * any tensor is used; nothing in such a file is ever executed.
 */
public final class Safetensors {
  /** Ten thousand tensors take about 1 MiB. */
  private static final int MAX_HEADER = 16 << 20;

  private static final int PIECE = 1 << 20;

  private static final int ZIP = 0x04034b50;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Safetensors() {}

  /** The content of one file: tensors in file order, and the free text entries beside them. */
  public record Content(StateDict tensors, Map<String, String> metadata) {
    public Content {
      metadata = Map.copyOf(metadata);
    }
  }

  /**
   * Reads a whole file.
   *
   * @throws InvalidInput if the file is not a whole and consistent safetensors file
   * @throws IOException if it cannot be read at all
   */
  public static Content read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return parse(channel, file.toString());
    }
  }

  private static Content parse(FileChannel channel, String name) throws IOException {
    long size = channel.size();
    ByteBuffer start = fill(channel, ByteBuffer.allocate((int) Math.min(8, size)), 0);
    require(
        !isPickle(start),
        name,
        "is a PyTorch pickle or zip archive, not safetensors; `espalier import` reads those");
    require(size >= 8, name, "is %d bytes long, too short for a header", size);
    long headerSize = start.getLong(0);
    require(
        headerSize > 1 && headerSize <= size - 8,
        name,
        "is truncated or not safetensors: its header claims %d bytes, the file has %d",
        headerSize,
        size);
    require(
        headerSize <= MAX_HEADER,
        name,
        "has a header of %d bytes; at most %d are read",
        headerSize,
        MAX_HEADER);
    ByteBuffer text = fill(channel, ByteBuffer.allocate((int) headerSize), 8);
    long data = 8 + headerSize;
    SafetensorsHeader header =
        SafetensorsHeader.of(new String(text.array(), UTF_8), name, size - data);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (SafetensorsHeader.Entry entry : header.entries()) {
      int length = (int) (entry.end() - entry.begin());
      ByteBuffer bytes = fill(channel, ByteBuffer.allocate(length), data + entry.begin());
      tensors.put(entry.key(), Tensor.of(entry.dtype(), entry.shape(), bytes));
    }
    return new Content(new StateDict(tensors), header.metadata());
  }

  /** Zip archives begin with "PK\3\4", bare pickles with the opcode 0x80 and a protocol below 6. */
  private static boolean isPickle(ByteBuffer start) {
    if (start.limit() < 4) return false;
    boolean zip = start.getInt(0) == ZIP;
    boolean pickle = start.get(0) == (byte) 0x80 && start.get(1) >= 2 && start.get(1) <= 5;
    return zip || pickle && (start.limit() < 8 || start.getLong(0) > MAX_HEADER);
  }

  private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      // The JDK keeps a direct buffer as large as the largest read.
      int at = buffer.position();
      ByteBuffer piece = buffer.slice(at, Math.min(PIECE, buffer.remaining()));
      int read = channel.read(piece, position + at);
      if (read < 0) throw new IOException("file shrank while it was read");
      buffer.position(at + read);
    }
    return buffer.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void require(boolean legal, String file, String message, Object... arguments) {
    if (!legal) throw new InvalidInput(file + ": " + String.format(message, arguments));
  }

  /**
   * Writes a file: beside it first, then moved into place, so that a reader sees the old content or
   * the new one and never a part. Equal content gives equal bytes.
   *
   * @throws IOException if the disk is full or the folder cannot be written
   */
  public static void write(Path file, StateDict tensors, Map<String, String> metadata)
      throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        write(out, tensors, metadata);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** The bytes that {@link #write(Path, StateDict, Map)} would store. */
  public static byte[] toBytes(StateDict tensors, Map<String, String> metadata) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(out, tensors, metadata);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private static void write(OutputStream out, StateDict tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = header.putObject("__metadata__");
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.tensors().entrySet()) {
      Tensor tensor = entry.getValue();
      ObjectNode node = header.putObject(entry.getKey());
      node.put("dtype", tensor.dtype().name());
      for (int extent : tensor.shape()) node.withArray("shape").add(extent);
      if (tensor.rank() == 0) node.putArray("shape");
      long end = offset + tensor.bytes().remaining();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    StringBuilder text = new StringBuilder(header.toString());
    while (text.toString().getBytes(UTF_8).length % 8 != 0) text.append(' ');
    byte[] bytes = text.toString().getBytes(UTF_8);
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length).array());
    out.write(bytes);
    byte[] chunk = new byte[1 << 16];
    for (Tensor tensor : tensors.tensors().values()) {
      ByteBuffer elements = tensor.bytes();
      while (elements.hasRemaining()) {
        int n = Math.min(chunk.length, elements.remaining());
        elements.get(chunk, 0, n);
        out.write(chunk, 0, n);
      }
    }
  }
}
