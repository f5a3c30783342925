package dev.espalier.compression.tensor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * The safetensors format: eight bytes header length, a JSON header of names, types, shapes and
 * offsets, then the elements (huggingface/safetensors, "Format"). Reading checks all of it before
 * any tensor is used; nothing in such a file is ever executed.
 */
public final class Safetensors {
  private static final int MAX_HEADER = 100 << 20;
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
        !isPickle(start), name, "is a PyTorch pickle or zip archive; only .safetensors is read");
    require(size >= 8, name, "is %d bytes long, too short for a header", size);
    long headerSize = start.getLong(0);
    require(
        headerSize > 1 && headerSize <= MAX_HEADER && 8 + headerSize <= size,
        name,
        "is truncated or not safetensors: its header claims %d bytes, the file has %d",
        headerSize,
        size);
    ByteBuffer header = fill(channel, ByteBuffer.allocate((int) headerSize), 8);
    JsonNode json = json(header, name);

    long data = 8 + headerSize;
    Map<String, String> metadata = new TreeMap<>();
    json.path("__metadata__")
        .properties()
        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));

    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<Entry> entries =
        StreamSupport.stream(json.properties().spliterator(), false)
            .filter(e -> !e.getKey().equals("__metadata__"))
            .map(e -> Entry.of(e.getKey(), e.getValue(), name))
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList();
    long end = 0;
    for (Entry entry : entries) {
      require(
          entry.begin() == end,
          name,
          "tensor '%s' begins at %d where %d was expected: a hole or an overlap",
          entry.key(),
          entry.begin(),
          end);
      end = entry.end();
      require(
          data + end <= size,
          name,
          "is truncated: tensor '%s' ends at byte %d of %d",
          entry.key(),
          data + end,
          size);
      ByteBuffer bytes =
          fill(
              channel,
              ByteBuffer.allocate((int) (entry.end() - entry.begin())),
              data + entry.begin());
      tensors.put(entry.key(), Tensor.of(entry.dtype(), entry.shape(), bytes));
    }
    require(data + end == size, name, "has %d bytes after its last tensor", size - data - end);
    return new Content(new StateDict(tensors), metadata);
  }

  private record Entry(String key, Dtype dtype, int[] shape, long begin, long end) {
    static Entry of(String key, JsonNode node, String file) {
      Dtype dtype;
      try {
        dtype = Dtype.valueOf(node.path("dtype").asText());
      } catch (IllegalArgumentException e) {
        throw new InvalidInput(
            file + ": tensor '" + key + "' has the unknown dtype " + node.path("dtype"), e);
      }
      JsonNode extents = node.path("shape");
      JsonNode offsets = node.path("data_offsets");
      require(
          extents.isArray() && offsets.size() == 2,
          file,
          "tensor '%s' lacks shape or offsets",
          key);
      int[] shape = new int[extents.size()];
      for (int i = 0; i < shape.length; i++) {
        require(
            extents.get(i).isInt() && extents.get(i).intValue() >= 0,
            file,
            "tensor '%s' has the extent %s",
            key,
            extents.get(i));
        shape[i] = extents.get(i).intValue();
      }
      long begin = offsets.get(0).asLong(-1);
      long end = offsets.get(1).asLong(-1);
      long bytes;
      try {
        bytes = Math.multiplyExact(Tensor.size(shape), dtype.bytes());
      } catch (ArithmeticException e) {
        throw new InvalidInput(
            file + ": tensor '" + key + "' has an impossible shape " + extents, e);
      }
      require(
          begin >= 0 && end - begin == bytes && bytes <= Integer.MAX_VALUE - 16,
          file,
          "tensor '%s' takes %d bytes by its shape and %d by its offsets",
          key,
          bytes,
          end - begin);
      return new Entry(key, dtype, shape, begin, end);
    }
  }

  /** Zip archives begin with "PK", bare pickles with the opcode 0x80 and a protocol below 6. */
  private static boolean isPickle(ByteBuffer start) {
    if (start.limit() < 2) return false;
    byte first = start.get(0);
    byte second = start.get(1);
    boolean zip = first == 'P' && second == 'K';
    boolean pickle = first == (byte) 0x80 && second >= 2 && second <= 5;
    return zip || pickle && (start.limit() < 8 || start.getLong(0) > MAX_HEADER);
  }

  private static JsonNode json(ByteBuffer header, String name) {
    try {
      JsonNode json = JSON.readTree(new String(header.array(), UTF_8));
      require(json.isObject(), name, "has a header that is not a JSON object");
      return json;
    } catch (JsonProcessingException e) {
      throw new InvalidInput(name + ": the header is not JSON; this is not a safetensors file", e);
    }
  }

  private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("file shrank while it was read");
      }
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
