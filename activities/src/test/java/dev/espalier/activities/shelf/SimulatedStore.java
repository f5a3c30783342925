package dev.espalier.activities.shelf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Objects in memory, calls that are still under way, and a witness of every effect. */
final class SimulatedStore {
  private final TreeMap<String, byte[]> objects = new TreeMap<>();
  private final List<Runnable> underWay = new ArrayList<>();
  private final Witness witness;

  /** Is told of every effect. */
  interface Witness {
    /** {@code key} is about to become {@code bytes}. */
    void puts(String key, byte[] bytes);

    /** {@code key} was put and acknowledged, and is not there, or not whole. */
    void tears(String key);

    /** {@code key} is about to go. */
    void deletes(String key);
  }

  SimulatedStore(Witness witness) {
    this.witness = witness;
  }

  Optional<byte[]> get(String key) {
    return Optional.ofNullable(objects.get(key));
  }

  Map<String, byte[]> below(String prefix) {
    return objects.subMap(prefix + "/", prefix + "0");
  }

  void put(String key, byte[] bytes) {
    witness.puts(key, bytes);
    objects.put(key, bytes);
  }

  /** Half of it, or nothing. */
  void tear(String key, byte[] bytes, boolean half) {
    if (half) {
      put(key, Arrays.copyOf(bytes, bytes.length / 2));
    }
    witness.tears(key);
  }

  /** Whether the object is now {@code bytes}. */
  boolean putIfAbsent(String key, byte[] bytes) {
    byte[] there = objects.get(key);
    if (there != null) return Arrays.equals(there, bytes);
    put(key, bytes);
    return true;
  }

  /** Whether the object is now {@code bytes}. */
  boolean putIfMatch(String key, byte[] bytes, String etag) {
    byte[] there = objects.get(key);
    if (there == null) return false;
    if (!etag(there).equals(etag)) return Arrays.equals(there, bytes);
    put(key, bytes);
    return true;
  }

  void delete(String key) {
    if (!objects.containsKey(key)) return;
    witness.deletes(key);
    objects.remove(key);
  }

  /** Flips a bit, cuts, empties or loses an object that was there. */
  void damage(String key, Random random) {
    byte[] bytes = objects.get(key);
    if (bytes == null) return;
    byte[] flipped = bytes.clone();
    if (bytes.length > 0) flipped[random.nextInt(bytes.length)] ^= 4;
    switch (random.nextInt(4)) {
      case 0 -> objects.remove(key);
      case 1 -> objects.put(key, new byte[0]);
      case 2 -> objects.put(key, Arrays.copyOf(bytes, bytes.length / 2));
      default -> objects.put(key, flipped);
    }
  }

  /** Has {@code effect} happen when {@link #arrive} says. */
  void later(Runnable effect) {
    underWay.add(effect);
  }

  /** One of the calls under way happens. */
  void arrive(Random random) {
    if (!underWay.isEmpty()) underWay.remove(random.nextInt(underWay.size())).run();
  }

  boolean quiet() {
    return underWay.isEmpty();
  }

  static String etag(byte[] bytes) {
    return Integer.toHexString(Arrays.hashCode(bytes)) + "-" + bytes.length;
  }
}
