package dev.espalier.compression.checkpoint;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.checkpoint.Pickled.StorageRef;
import dev.espalier.compression.tensor.Dtype;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code torch.save} wrote before PyTorch 1.6: pickles of a magic number, a version, the
 * machine's properties, the object and its storages' keys, one behind the other; then, in the order
 * of the keys, each storage's number of elements (int64) and its elements.
 */
final class LegacyTorchFile {
  static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private record Place(long offset, long elements) {}

  private final FileChannel channel;
  private final String name;
  private final Map<String, Dtype> dtypes = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();
  private final Map<String, ByteBuffer> storages = new HashMap<>();

  private LegacyTorchFile(FileChannel channel, String name) {
    this.channel = channel;
    this.name = name;
  }

  /**
   * Reads what follows the magic number.
   *
   * @param in at the start of the second pickle
   */
  static @Nullable Object read(FileChannel channel, PickleInput in, String name, Allowance copies)
      throws IOException {
    LegacyTorchFile file = new LegacyTorchFile(channel, name);
    Object version = Unpickler.load(in, TorchFile::noStorage, copies);
    file.require(version.equals(VERSION), "is a PyTorch file of an unknown version");
    Object system = Unpickler.load(in, TorchFile::noStorage, copies);
    file.require(
        system instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get("little_endian")),
        "holds big-endian elements");
    Object value = Unpickler.load(in, file::storage, copies);
    file.place(Unpickler.load(in, TorchFile::noStorage, copies), in.position());
    return new Resolver(name, file::bytes, copies).resolve(value);
  }

  /** As in an archive, with a sixth field for views of storages. */
  private Object storage(Object id) {
    StorageRef ref = (StorageRef) TorchArchive.storage(id);
    List<Object> fields = Globals.items(id);
    Globals.require(
        fields.size() == 5 || fields.get(5) == Pickled.None.NONE,
        "a view of a storage, as PyTorch before 0.4 made them");
    Dtype before = dtypes.putIfAbsent(ref.key(), ref.dtype());
    Globals.require(before == null || before == ref.dtype(), "a storage of two types");
    return ref;
  }

  private void place(Object keys, long start) throws IOException {
    require(keys instanceof List<?>, "has no list of its storages");
    long offset = start;
    for (Object key : (List<?>) keys) {
      Dtype dtype = key instanceof String text ? dtypes.get(text) : null;
      if (dtype == null) throw new InvalidInput(name + ": lists a storage that nothing refers to");
      require(offset <= channel.size() - 8, "is truncated: a storage is missing");
      long elements = Regions.read(channel, offset, 8).getLong(0);
      offset += 8;
      require(
          elements >= 0 && elements <= (channel.size() - offset) / dtype.bytes(),
          "is truncated: a storage of %d elements of %s begins at %d",
          elements,
          dtype,
          offset);
      require(
          places.put((String) key, new Place(offset, elements)) == null, "lists one storage twice");
      offset += elements * dtype.bytes();
    }
    require(offset == channel.size(), "has %d bytes after its end", channel.size() - offset);
  }

  private ByteBuffer bytes(StorageRef storage) throws IOException {
    String shown = PickleInput.printable(storage.key());
    Place place = places.get(storage.key());
    if (place == null) throw new InvalidInput(name + ": lacks the storage '" + shown + "'");
    require(
        place.elements() == storage.elements(),
        "storage '%s' has %d elements, not %d",
        shown,
        place.elements(),
        storage.elements());
    long size = place.elements() * storage.dtype().bytes();
    require(
        size <= TorchFile.LARGEST_REGION,
        "storage '%s' has %d bytes; at most 2 GiB are read as one",
        shown,
        size);
    ByteBuffer known = storages.get(storage.key());
    if (known != null) return known;
    ByteBuffer bytes = Regions.of(channel, place.offset(), (int) size);
    storages.put(storage.key(), bytes);
    return bytes;
  }

  private void require(boolean legal, String message, Object... arguments) {
    if (!legal) throw new InvalidInput(name + ": " + String.format(message, arguments));
  }
}
