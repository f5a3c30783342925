package dev.espalier.activities.shelf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** A store in memory with a clock of its own, and a hook before each change. */
final class MemoryBucket implements Bucket {
  final TreeMap<String, byte[]> objects = new TreeMap<>();
  private final TreeMap<String, Instant> times = new TreeMap<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private BiConsumer<String, String> before = (what, key) -> {};

  /** The store's clock goes on. */
  void pass(Duration time) {
    now = now.plus(time);
  }

  /** Is told "put" or "delete" and the key before that happens. */
  void before(BiConsumer<String, String> hook) {
    before = hook;
  }

  @Override
  public String put(String key, byte[] bytes) {
    before.accept("put", key);
    objects.put(key, bytes);
    times.put(key, now);
    return etag(bytes);
  }

  @Override
  public String put(String key, Path file) {
    try {
      return put(key, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<String> putIfAbsent(String key, byte[] bytes) {
    byte[] there = objects.get(key);
    if (there == null) return Optional.of(put(key, bytes));
    return Arrays.equals(there, bytes) ? Optional.of(etag(bytes)) : Optional.empty();
  }

  @Override
  public Optional<String> putIfMatch(String key, byte[] bytes, String etag) {
    byte[] there = objects.get(key);
    if (there == null || !etag(there).equals(etag)) return Optional.empty();
    return Optional.of(put(key, bytes));
  }

  @Override
  public <T> Optional<T> read(String key, ObjectStore.Reader<T> reader) {
    byte[] bytes = objects.get(key);
    if (bytes == null) return Optional.empty();
    try {
      return Optional.of(reader.read(new ByteArrayInputStream(bytes), etag(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<ObjectStore.Stat> stat(String key) {
    return Optional.ofNullable(objects.get(key)).map(bytes -> stat(key, bytes));
  }

  @Override
  public List<ObjectStore.Stat> listEverything(String prefix) {
    return objects.subMap(prefix + "/", prefix + "0").entrySet().stream()
        .map(e -> stat(e.getKey(), e.getValue()))
        .toList();
  }

  @Override
  public void delete(String key) {
    before.accept("delete", key);
    objects.remove(key);
    times.remove(key);
  }

  @Override
  public Bucket beating(Runnable beat) {
    return this;
  }

  private ObjectStore.Stat stat(String key, byte[] bytes) {
    return new ObjectStore.Stat(key, bytes.length, etag(bytes), times.getOrDefault(key, now));
  }

  private static String etag(byte[] bytes) {
    return Integer.toHexString(Arrays.hashCode(bytes));
  }
}
