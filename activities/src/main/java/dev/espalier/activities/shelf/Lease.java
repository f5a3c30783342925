package dev.espalier.activities.shelf;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An attempt's right to commit checkpoints, held as long as the ledger is the one it wrote last.
 * Each change replaces the ledger by a conditional put: an attempt that was overtaken cannot.
 */
final class Lease {
  private static final int TRIES = 16;

  private final ObjectStore store;
  private final String prefix;
  private final long previousEpoch;
  private Ledger ledger;
  private String etag;

  private Lease(ObjectStore store, String prefix, long previousEpoch, Ledger ledger, String etag) {
    this.store = store;
    this.prefix = prefix;
    this.previousEpoch = previousEpoch;
    this.ledger = ledger;
    this.etag = etag;
  }

  /**
   * Takes over from whoever holds it.
   *
   * @param written manifests found beside the ledger; they stand in for one that is gone or damaged
   */
  static Lease claim(ObjectStore store, String prefix, List<Manifest> written) {
    String key = prefix + "/" + Ledger.FILE;
    for (int i = 0; i < TRIES; i++) {
      Optional<ObjectStore.Content> there = store.get(key);
      Ledger before =
          there
              .flatMap(content -> Ledger.read(content.bytes(), prefix))
              .orElseGet(() -> rebuilt(written, there.isPresent()));
      Ledger mine =
          new Ledger(
              Ledger.SCHEMA,
              before.epoch() + 1,
              UUID.randomUUID().toString(),
              before.lost(),
              before.entries());
      Optional<String> etag =
          there.isPresent()
              ? store.putIfMatch(key, mine.toJson(), there.get().etag())
              : store.putIfAbsent(key, mine.toJson());
      if (etag.isPresent()) return new Lease(store, prefix, before.epoch(), mine, etag.get());
    }
    throw new StoreUnavailable(key + " keeps changing", new IllegalStateException(key));
  }

  long epoch() {
    return ledger.epoch();
  }

  /** Epoch of the attempt before this one. */
  long previousEpoch() {
    return previousEpoch;
  }

  Ledger ledger() {
    return ledger;
  }

  /**
   * Makes {@code entries} the checkpoints that count.
   *
   * @throws StaleAttempt if another attempt took over
   */
  void replace(List<Ledger.Entry> entries) {
    Ledger next = new Ledger(Ledger.SCHEMA, ledger.epoch(), ledger.owner(), false, entries);
    if (next.equals(ledger)) return;
    etag =
        store
            .putIfMatch(prefix + "/" + Ledger.FILE, next.toJson(), etag)
            .orElseThrow(this::overtaken);
    ledger = next;
  }

  /**
   * Checks without writing.
   *
   * @throws StaleAttempt if another attempt took over
   */
  void requireCurrent() {
    Optional<ObjectStore.Stat> there = store.stat(prefix + "/" + Ledger.FILE);
    if (there.isEmpty() || !there.get().etag().equals(etag)) throw overtaken();
  }

  StaleAttempt overtaken() {
    return new StaleAttempt(
        prefix + ": another attempt took over from this one, epoch " + ledger.epoch());
  }

  private static Ledger rebuilt(List<Manifest> written, boolean damaged) {
    long epoch = written.stream().mapToLong(Manifest::epoch).max().orElse(0);
    List<Ledger.Entry> entries =
        written.stream().map(m -> new Ledger.Entry(Checkpoints.step(m), m.seal())).toList();
    return new Ledger(Ledger.SCHEMA, epoch, "", damaged, entries);
  }
}
