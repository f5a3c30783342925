package dev.espalier.compression.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.checkpoint.Pickled.StorageRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code torch.save} has written since PyTorch 1.6: a zip archive of one pickle, {@code
 * NAME/data.pkl}, and one entry {@code NAME/data/KEY} for each storage.
 */
final class TorchArchive {
  private static final String PICKLE = "data.pkl";

  private final FileChannel channel;
  private final String name;
  private final Map<String, StoredZip.Entry> entries;
  private final String root;
  private final Map<String, ByteBuffer> storages = new HashMap<>();

  private TorchArchive(FileChannel channel, String name) throws IOException {
    this.channel = channel;
    this.name = name;
    entries = StoredZip.entries(channel, name);
    List<String> pickles =
        entries.keySet().stream().filter(e -> e.matches("[^/]*/" + PICKLE)).toList();
    require(
        pickles.size() == 1,
        "is a zip archive, but holds %d entries NAME/data.pkl, not one",
        pickles.size());
    root = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
    require(
        entries.keySet().stream().noneMatch(e -> e.startsWith(root + "code/")),
        "is a TorchScript archive, which holds a program; a state dict is wanted");
  }

  static @Nullable Object read(FileChannel channel, String name, Allowance copies)
      throws IOException {
    TorchArchive archive = new TorchArchive(channel, name);
    archive.requireLittleEndian();
    PickleInput in = new PickleInput(archive.content(archive.root + PICKLE), name);
    Object value = Unpickler.load(in, TorchArchive::storage, copies);
    return new Resolver(name, archive::bytes, copies).resolve(value);
  }

  private void requireLittleEndian() throws IOException {
    if (!entries.containsKey(root + "byteorder")) return;
    ByteBuffer order = content(root + "byteorder");
    require(UTF_8.decode(order).toString().equals("little"), "holds big-endian elements");
  }

  /** ("storage", type, key, device, elements). */
  static Object storage(Object id) {
    List<Object> fields = Globals.items(id);
    Globals.require(
        fields.size() >= 5
            && "storage".equals(fields.get(0))
            && fields.get(1) instanceof Pickled.Global type
            && type.meaning() instanceof Pickled.StorageType
            && fields.get(2) instanceof String
            && fields.get(4) instanceof Long elements
            && elements >= 0,
        "a reference to what is no storage");
    Pickled.Global type = (Pickled.Global) fields.get(1);
    return new StorageRef(
        ((Pickled.StorageType) type.meaning()).dtype(),
        (String) fields.get(2),
        (Long) fields.get(4));
  }

  private ByteBuffer bytes(StorageRef storage) throws IOException {
    ByteBuffer bytes = storages.get(storage.key());
    if (bytes == null) {
      bytes = content(root + "data/" + storage.key());
      storages.put(storage.key(), bytes);
    }
    require(
        bytes.remaining() / storage.dtype().bytes() == storage.elements()
            && bytes.remaining() % storage.dtype().bytes() == 0,
        "storage '%s' has %d bytes, not %d elements of %s",
        PickleInput.printable(storage.key()),
        bytes.remaining(),
        storage.elements(),
        storage.dtype());
    return bytes;
  }

  private ByteBuffer content(String entryName) throws IOException {
    StoredZip.Entry entry = entries.get(entryName);
    String shown = PickleInput.printable(entryName);
    if (entry == null) throw new InvalidInput(name + ": lacks the entry '" + shown + "'");
    require(
        entry.size() <= TorchFile.LARGEST_REGION,
        "entry '%s' has %d bytes; at most 2 GiB are read as one",
        shown,
        entry.size());
    require(
        Regions.crc32(channel, entry.offset(), entry.size()) == entry.crc32(),
        "entry '%s' is damaged (its checksum differs)",
        shown);
    return Regions.of(channel, entry.offset(), (int) entry.size());
  }

  private void require(boolean legal, String message, Object... arguments) {
    if (!legal) throw new InvalidInput(name + ": " + String.format(message, arguments));
  }
}
