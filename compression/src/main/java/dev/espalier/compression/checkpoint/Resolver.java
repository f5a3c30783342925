package dev.espalier.compression.checkpoint;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.checkpoint.Pickled.None;
import dev.espalier.compression.checkpoint.Pickled.StorageRef;
import dev.espalier.compression.checkpoint.Pickled.Tuple;
import dev.espalier.compression.checkpoint.Pickled.View;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the pickle machine made into plain Java: {@code Map} (by insertion), {@code List},
 * {@code String}, {@code Long} or {@code BigInteger}, {@code Double}, {@code Boolean}, {@code
 * byte[]}, null and {@link Tensor}. Containers cannot be changed, are at most {@value #DEEPEST}
 * deep, contain no cycle, and have at most {@value #LARGEST} values even where parts of them are
 * shared, so that whoever walks through them comes to an end.
 */
final class Resolver {
  private static final int DEEPEST = 100;
  private static final long LARGEST = 10_000_000;

  /** Looks up the bytes of storages. */
  @FunctionalInterface
  interface Storages {
    /**
     * All bytes of a storage, of the size it says.
     *
     * @throws InvalidInput if they are not there
     */
    ByteBuffer bytes(StorageRef storage) throws IOException;
  }

  /** A resolved value, and how many values it is made of; while it is open, −1. */
  private record Resolved(@Nullable Object value, long values) {}

  private static final Resolved OPEN = new Resolved(null, -1);

  private final String name;
  private final Storages storages;
  private final Allowance copies;
  private final Map<Object, Resolved> known = new IdentityHashMap<>();

  /**
   * @param name of the file, for messages
   */
  Resolver(String name, Storages storages, Allowance copies) {
    this.name = name;
    this.storages = storages;
    this.copies = copies;
  }

  /**
   * @throws InvalidInput if it is too deep or too large, or a tensor does not fit its storage
   */
  @Nullable Object resolve(Object value) throws IOException {
    return resolve(value, 0).value();
  }

  private Resolved resolve(Object value, int depth) throws IOException {
    if (value == None.NONE) return new Resolved(null, 1);
    if (isPlain(value)) return new Resolved(value, 1);
    Resolved before = known.get(value);
    if (before == OPEN) throw error("contains itself");
    if (before != null) return before;
    if (depth > DEEPEST) throw error("is nested more than " + DEEPEST + " deep");
    known.put(value, OPEN);
    Resolved resolved = convert(value, depth);
    if (resolved.values() > LARGEST) throw error("unfolds to more than " + LARGEST + " values");
    known.put(value, resolved);
    return resolved;
  }

  private static boolean isPlain(Object value) {
    return value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof byte[];
  }

  private Resolved convert(Object value, int depth) throws IOException {
    if (value instanceof Tuple tuple) return list(tuple.items(), depth);
    if (value instanceof List<?> list) return list(list, depth);
    if (value instanceof Map<?, ?> map) return map(map, depth);
    try {
      if (value instanceof View view) return new Resolved(tensor(view), 1);
      if (value instanceof NumpyArray array) return new Resolved(array.tensor(), 1);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new InvalidInput(name + ": " + e.getMessage(), e);
    }
    if (value instanceof Pickled.Global global)
      throw error("holds a reference to " + global.name());
    throw error("holds a part of a tensor outside of one");
  }

  private Resolved list(List<?> items, int depth) throws IOException {
    List<@Nullable Object> resolved = new ArrayList<>(items.size());
    long values = 1;
    for (Object item : items) {
      Resolved r = resolve(item, depth + 1);
      resolved.add(r.value());
      values += r.values();
    }
    return new Resolved(Collections.unmodifiableList(resolved), values);
  }

  private Resolved map(Map<?, ?> map, int depth) throws IOException {
    Map<Object, @Nullable Object> resolved = new LinkedHashMap<>();
    long values = 1;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Resolved r = resolve(entry.getValue(), depth + 1);
      resolved.put(entry.getKey(), r.value());
      values += r.values();
    }
    return new Resolved(Collections.unmodifiableMap(resolved), values);
  }

  private Tensor tensor(View view) throws IOException {
    Strided strided =
        new Strided(view.storage().dtype(), view.offset(), view.size(), view.stride());
    return strided.tensor(storages.bytes(view.storage()), copies);
  }

  private InvalidInput error(String message) {
    return new InvalidInput(name + ": the pickle " + message);
  }
}
