package dev.espalier.activities.shelf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the shelf uses of an object store. It relies on: what was put is seen by every later read
 * and listing, an object is seen whole or not at all, and of all who put where there is nothing one
 * succeeds. It does not rely on the exclusion of two who replace the same object. See
 * docs/commit-protocol.md.
 *
 * <p>Any operation may throw {@link StoreUnavailable}. A write that did may have happened, or may
 * happen later.
 */
public interface Bucket extends StoredArtifact.Source {
  /** Writes or overwrites; returns the ETag. */
  String put(String key, byte[] bytes);

  /** Writes or overwrites from a file of any size; returns the ETag. */
  String put(String key, Path file);

  /**
   * Writes at most {@link #singlePut()} bytes only if there is no such object; returns the ETag, or
   * nothing if there is one with other bytes. Two who put the same bytes both succeed.
   */
  Optional<String> putIfAbsent(String key, byte[] bytes);

  /**
   * Overwrites only the object with {@code etag}; returns the new ETag, or nothing if there is
   * another object now, with other bytes than these. Not to be relied on for mutual exclusion.
   */
  Optional<String> putIfMatch(String key, byte[] bytes, String etag);

  /** The whole object, or nothing. */
  default Optional<ObjectStore.Content> get(String key) {
    return read(key, (in, etag) -> new ObjectStore.Content(in.readAllBytes(), etag));
  }

  /** What {@code reader} makes of the object, or nothing if there is none. */
  @Override
  <T> Optional<T> read(String key, ObjectStore.Reader<T> reader);

  /** Size, ETag and time, or nothing. */
  Optional<ObjectStore.Stat> stat(String key);

  /**
   * Objects below {@code prefix}, itself not ending in '/', by name. Names that this program cannot
   * have written, such as the store's own unfinished uploads, are left out.
   */
  default List<ObjectStore.Stat> list(String prefix) {
    return listEverything(prefix).stream().filter(o -> ObjectNames.legal(o.key())).toList();
  }

  /** As {@link #list}, with unfinished uploads. */
  List<ObjectStore.Stat> listEverything(String prefix);

  /** Deletes; an object that is not there is no error. */
  void delete(String key);

  /** Most bytes that go in one conditional put. */
  default int singlePut() {
    return ObjectStore.SINGLE_PUT;
  }

  /** The same bucket, whose operations call {@code beat} about once a second while they wait. */
  Bucket beating(Runnable beat);

  /** Work on the local disk that {@link #whileDiskFull} waits for. */
  interface DiskWork<T> {
    T run() throws IOException;
  }

  /**
   * Runs {@code work}, again and again while the local disk is full, as long as operations wait for
   * a store that is full.
   *
   * @throws StoreUnavailable if the disk stays full
   */
  default <T> T whileDiskFull(String what, DiskWork<T> work) throws IOException {
    return work.run();
  }
}
