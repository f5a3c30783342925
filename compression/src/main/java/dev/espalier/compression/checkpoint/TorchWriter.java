package dev.espalier.compression.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a state dict as {@code torch.save} does since PyTorch 1.6, so that {@code torch.load(FILE,
 * weights_only=True)} reads it. Equal weights give equal bytes.
 */
final class TorchWriter {
  private static final Map<Dtype, String> STORAGES =
      Map.of(
          Dtype.F64, "DoubleStorage",
          Dtype.F32, "FloatStorage",
          Dtype.F16, "HalfStorage",
          Dtype.BF16, "BFloat16Storage",
          Dtype.I64, "LongStorage",
          Dtype.I32, "IntStorage",
          Dtype.I16, "ShortStorage",
          Dtype.I8, "CharStorage",
          Dtype.U8, "ByteStorage",
          Dtype.BOOL, "BoolStorage");

  /** The first day a zip archive can name, so that no clock is in the file. */
  private static final java.time.LocalDateTime TIME = java.time.LocalDateTime.of(1980, 1, 1, 0, 0);

  private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

  private TorchWriter() {}

  /**
   * Writes beside the file first, then into place.
   *
   * @throws IOException if it cannot be written
   */
  static void write(Path file, StateDict weights) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (OutputStream out = Files.newOutputStream(part);
          ZipOutputStream zip = new ZipOutputStream(out)) {
        store(zip, "archive/data.pkl", ByteBuffer.wrap(new TorchWriter().pickle(weights)));
        store(zip, "archive/byteorder", ByteBuffer.wrap("little".getBytes(UTF_8)));
        int key = 0;
        for (Tensor tensor : weights.tensors().values()) {
          store(zip, "archive/data/" + key++, tensor.bytes());
        }
        store(zip, "archive/version", ByteBuffer.wrap("3\n".getBytes(UTF_8)));
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void store(ZipOutputStream zip, String name, ByteBuffer bytes) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(bytes.duplicate());
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.remaining());
    entry.setCompressedSize(bytes.remaining());
    entry.setCrc(sum.getValue());
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    byte[] chunk = new byte[1 << 16];
    while (bytes.hasRemaining()) {
      int n = Math.min(chunk.length, bytes.remaining());
      bytes.get(chunk, 0, n);
      zip.write(chunk, 0, n);
    }
    zip.closeEntry();
  }

  private byte[] pickle(StateDict weights) {
    pickle.write(0x80);
    pickle.write(2);
    global("collections", "OrderedDict");
    op(")R(");
    int key = 0;
    for (Map.Entry<String, Tensor> entry : weights.tensors().entrySet()) {
      text(entry.getKey());
      tensor(entry.getValue(), key++);
    }
    op("u.");
    return pickle.toByteArray();
  }

  /** A call of {@code _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
  private void tensor(Tensor tensor, int key) {
    global("torch._utils", "_rebuild_tensor_v2");
    op("((");
    text("storage");
    global("torch", String.valueOf(STORAGES.get(tensor.dtype())));
    text(String.valueOf(key));
    text("cpu");
    number(tensor.size());
    op("tQ");
    number(0);
    int[] shape = tensor.shape();
    op("(");
    for (int extent : shape) number(extent);
    op("t(");
    for (int axis = 0; axis < shape.length; axis++) {
      int stride = 1;
      for (int i = axis + 1; i < shape.length; i++) stride *= shape[i];
      number(stride);
    }
    pickle.write('t');
    pickle.write(0x89); // False
    global("collections", "OrderedDict");
    op(")RtR");
  }

  private void op(String opcodes) {
    pickle.writeBytes(opcodes.getBytes(UTF_8));
  }

  private void global(String module, String name) {
    op("c" + module + "\n" + name + "\n");
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    op("X");
    little(bytes.length);
    pickle.writeBytes(bytes);
  }

  private void number(int value) {
    op("J");
    little(value);
  }

  private void little(int value) {
    pickle.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }
}
