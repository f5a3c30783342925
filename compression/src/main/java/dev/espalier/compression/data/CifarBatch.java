package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.checkpoint.TorchFile;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One batch of CIFAR-10.
 *
 * @param pixels [n, 3, 32, 32]
 * @param labels [n], 0 to 9
 */
record CifarBatch(byte[] pixels, byte[] labels) {
  /** More than any batch has; what claims more is not read. */
  static final int MOST_IMAGES = 10_000;

  /** Pixels of one image. */
  static final int AREA = 3 * 32 * 32;

  /** Records of a label and 3,072 pixels. */
  static CifarBatch binary(byte[] bytes, String name) {
    int record = AREA + 1;
    int n = bytes.length / record;
    InvalidInput.require(
        n > 0 && bytes.length % record == 0,
        "%s has %,d bytes, which are not whole records of %,d; it may be truncated",
        name,
        bytes.length,
        record);
    byte[] pixels = new byte[n * AREA];
    byte[] labels = new byte[n];
    for (int i = 0; i < n; i++) {
      labels[i] = bytes[i * record];
      System.arraycopy(bytes, i * record + 1, pixels, i * AREA, AREA);
    }
    return checked(pixels, labels, name);
  }

  private static CifarBatch checked(byte[] pixels, byte[] labels, String name) {
    for (byte label : labels) {
      InvalidInput.require(label >= 0 && label < 10, "%s: label %d; legal are 0 to 9", name, label);
    }
    return new CifarBatch(pixels, labels);
  }

  /** A pickled dictionary with {@code data}, uint8 [n, 3072], and {@code labels}. */
  static CifarBatch python(byte[] bytes, String name) {
    if (!(TorchFile.read(bytes, name) instanceof Map<?, ?> batch)
        || !(batch.get("data") instanceof Tensor data)
        || !(batch.get("labels") instanceof List<?> labels)) {
      throw new InvalidInput(name + " is no batch of CIFAR-10: it has no data and labels");
    }
    InvalidInput.require(
        data.dtype() == Dtype.U8 && Arrays.equals(data.shape(), new int[] {labels.size(), AREA}),
        "%s: data are %s; expected U8 [%d, %d]",
        name,
        data,
        labels.size(),
        AREA);
    byte[] pixels = new byte[data.size()];
    data.bytes().get(pixels);
    byte[] kinds = new byte[labels.size()];
    for (int i = 0; i < kinds.length; i++) kinds[i] = label(labels.get(i));
    return checked(pixels, kinds, name);
  }

  /** What is no label becomes one that is not legal. */
  private static byte label(Object value) {
    return value instanceof Long label && label == label.byteValue() ? label.byteValue() : -1;
  }

  /** One of the batches' arrays, joined. */
  static byte[] joined(List<CifarBatch> batches, Function<CifarBatch, byte[]> part) {
    byte[] all = new byte[batches.stream().mapToInt(batch -> part.apply(batch).length).sum()];
    int at = 0;
    for (CifarBatch batch : batches) {
      byte[] bytes = part.apply(batch);
      System.arraycopy(bytes, 0, all, at, bytes.length);
      at += bytes.length;
    }
    return all;
  }
}
