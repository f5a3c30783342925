package dev.espalier.compression.checkpoint;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files of {@code torch.save} ({@code .bin}, {@code .pt}, {@code .pth}, {@code .ckpt}), new and
 * old, and plain pickles, numpy arrays in them included. Nothing of such a file is executed: only
 * tensors and plain containers are made, and a file that refers to anything else is refused by that
 * name. Large tensors are mapped, so a file may be larger than the heap; it must not change as long
 * as its tensors are in use.
 */
public final class TorchFile {
  /** What one mapping and one tensor can hold. */
  static final int LARGEST_REGION = Integer.MAX_VALUE - 16;

  private static final int ZIP = 0x04034b50;

  private TorchFile() {}

  /**
   * Reads a whole file.
   *
   * @return nested {@code Map} and {@code List} (tuples and sets too) of {@code String}, {@code
   *     Long}, {@code java.math.BigInteger}, {@code Double}, {@code Boolean}, {@code byte[]}, null
   *     and {@link Tensor}; dictionaries have texts, numbers or truth values as keys
   * @throws InvalidInput if it is truncated, inconsistent, or refers to anything else
   * @throws IOException if it cannot be read at all
   */
  public static @Nullable Object read(Path file) throws IOException {
    String name = file.toString();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      InvalidInput.require(size >= 2, "%s: is %d bytes long, too short for a pickle", name, size);
      Allowance copies = Allowance.forFile(size);
      ByteBuffer start = Regions.read(channel, 0, (int) Math.min(4, size));
      if (size >= 4 && start.getInt(0) == ZIP) return TorchArchive.read(channel, name, copies);
      ByteBuffer bytes = Regions.of(channel, 0, (int) Math.min(size, LARGEST_REGION));
      return pickle(channel, new PickleInput(bytes, name), name, copies);
    }
  }

  /**
   * Reads a plain pickle that lies in memory.
   *
   * @param name for messages
   * @return as {@link #read(Path)}
   */
  public static @Nullable Object read(byte[] pickle, String name) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
      return pickle(null, new PickleInput(bytes, name), name, Allowance.forFile(pickle.length));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object pickle(
      @Nullable FileChannel channel, PickleInput in, String name, Allowance copies)
      throws IOException {
    Object value = Unpickler.load(in, TorchFile::noStorage, copies);
    if (value.equals(LegacyTorchFile.MAGIC) && channel != null) {
      return LegacyTorchFile.read(channel, in, name, copies);
    }
    if (!in.atEnd()) throw in.broken("there are bytes after its end");
    return new Resolver(name, TorchFile::noBytes, copies).resolve(value);
  }

  static Object noStorage(Object id) {
    throw new IllegalArgumentException("a reference to what lies outside the pickle");
  }

  private static ByteBuffer noBytes(Pickled.StorageRef storage) {
    throw new IllegalStateException("no storage was made");
  }

  /**
   * Reads a file that holds one dictionary of tensors by name, such as a state dict.
   *
   * @throws InvalidInput as {@link #read(Path)}, and if it holds something else
   */
  public static StateDict stateDict(Path file) throws IOException {
    return tensors(read(file))
        .orElseThrow(() -> new InvalidInput(file + ": holds no dictionary of tensors alone"));
  }

  /**
   * Writes a state dict as {@code torch.save} does, for {@code torch.load(FILE,
   * weights_only=True)}. Equal weights give equal bytes.
   *
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, StateDict weights) throws IOException {
    TorchWriter.write(file, weights);
  }

  /** {@code value} as a state dict, if it is a dictionary of tensors by name, and not empty. */
  public static Optional<StateDict> tensors(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map) || map.isEmpty()) return Optional.empty();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof String key) || !(entry.getValue() instanceof Tensor tensor)) {
        return Optional.empty();
      }
      tensors.put(key, tensor);
    }
    return Optional.of(new StateDict(tensors));
  }
}
