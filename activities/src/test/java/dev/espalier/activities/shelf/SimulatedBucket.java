package dev.espalier.activities.shelf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/** A {@link SimulatedStore} as one attempt reaches it: over a bad line, and in turn with others. */
final class SimulatedBucket implements Bucket {
  /** So small that a state does not fit into one conditional put. */
  static final int SINGLE_PUT = 64;

  private final SimulatedStore store;
  private final Line line;

  /** Between an attempt and the store. */
  interface Line {
    /** Others may run. */
    void pass();

    Faults.Fate ofWrite();

    Faults.Fate ofRead();

    boolean tears();

    Random random();

    void trace(String what);
  }

  /** The attempt is dead from here on. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1;

    Crash() {
      super("killed", null, false, false);
    }
  }

  SimulatedBucket(SimulatedStore store, Line line) {
    this.store = store;
    this.line = line;
  }

  @Override
  public int singlePut() {
    return SINGLE_PUT;
  }

  @Override
  public String put(String key, byte[] bytes) {
    boolean large = bytes.length > SINGLE_PUT && Ledger.number(key) == 0;
    boolean torn = large && line.tears();
    boolean half = torn && line.random().nextBoolean();
    write(
        (torn ? "torn put " : "put ") + key,
        first -> {
          if (torn && first) store.tear(key, bytes, half);
          else store.put(key, bytes);
        });
    return SimulatedStore.etag(bytes);
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
    if (bytes.length > ObjectStore.SINGLE_PUT) throw new IllegalArgumentException(key);
    boolean[] won = new boolean[1];
    write("put-if-absent " + key, first -> won[0] |= store.putIfAbsent(key, bytes) && first);
    line.trace(won[0] ? "  won" : "  refused");
    return won[0] ? Optional.of(SimulatedStore.etag(bytes)) : Optional.empty();
  }

  @Override
  public Optional<String> putIfMatch(String key, byte[] bytes, String etag) {
    boolean[] won = new boolean[1];
    write("put-if-match " + key, first -> won[0] |= store.putIfMatch(key, bytes, etag) && first);
    return won[0] ? Optional.of(SimulatedStore.etag(bytes)) : Optional.empty();
  }

  @Override
  public <T> Optional<T> read(String key, ObjectStore.Reader<T> reader) {
    before("get " + key);
    Optional<byte[]> bytes = store.get(key);
    if (bytes.isEmpty()) return Optional.empty();
    try {
      return Optional.of(
          reader.read(new ByteArrayInputStream(bytes.get()), SimulatedStore.etag(bytes.get())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<ObjectStore.Stat> stat(String key) {
    before("stat " + key);
    return store.get(key).map(bytes -> stat(key, bytes));
  }

  /** All names are legal here. */
  @Override
  public List<ObjectStore.Stat> list(String prefix) {
    return listEverything(prefix);
  }

  @Override
  public List<ObjectStore.Stat> listEverything(String prefix) {
    before("list " + prefix);
    List<ObjectStore.Stat> found =
        store.below(prefix).entrySet().stream().map(e -> stat(e.getKey(), e.getValue())).toList();
    line.pass();
    return found;
  }

  @Override
  public void delete(String key) {
    write("delete " + key, first -> store.delete(key));
  }

  @Override
  public Bucket beating(Runnable beat) {
    return this;
  }

  private static ObjectStore.Stat stat(String key, byte[] bytes) {
    return new ObjectStore.Stat(key, bytes.length, SimulatedStore.etag(bytes), Instant.EPOCH);
  }

  /**
   * @param effect told whether it happens for the first time
   */
  private void write(String what, Consumer<Boolean> effect) {
    line.pass();
    Faults.Fate fate = line.ofWrite();
    line.trace(fate == Faults.Fate.FINE ? what : what + ": " + fate);
    switch (fate) {
      case CRASH_BEFORE -> throw new Crash();
      case REFUSED -> throw away(what);
      case LATE -> {
        store.later(() -> effect.accept(true));
        throw away(what);
      }
      case LOST_ANSWER -> {
        effect.accept(true);
        throw away(what);
      }
      case CRASH_AFTER -> {
        effect.accept(true);
        throw new Crash();
      }
      case TWICE -> {
        effect.accept(true);
        store.later(() -> effect.accept(false));
      }
      default -> effect.accept(true);
    }
    line.pass();
  }

  private void before(String what) {
    line.pass();
    Faults.Fate fate = line.ofRead();
    line.trace(fate == Faults.Fate.FINE ? what : what + ": " + fate);
    if (fate == Faults.Fate.CRASH_BEFORE) throw new Crash();
    if (fate == Faults.Fate.REFUSED) throw away(what);
  }

  private static StoreUnavailable away(String what) {
    return new StoreUnavailable(what, new IOException("no store"));
  }
}
