package dev.espalier.activities.shelf;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * An attempt's right to commit checkpoints, held as long as the ledger with the highest number is
 * its own.
 *
 * <p>A ledger is only ever put where there is none (If-None-Match: *), and never the highest one is
 * deleted. So of all who try to follow ledger n one succeeds, and whoever slept while others went
 * on finds either number n+1 taken or, after its put, a higher one. Replacing one object with
 * If-Match would be simpler, but S3Proxy's If-Match is not atomic.
 */
final class Lease {
  private static final int TRIES = 16;

  /** Past all numbers that ledgers deleted by hand may have had. */
  private static final long LEAP = 1_000_000;

  private final Bucket store;
  private final String prefix;
  private final long previousEpoch;
  private long number;
  private Ledger ledger;

  private Lease(Bucket store, String prefix, long previousEpoch, long number, Ledger ledger) {
    this.store = store;
    this.prefix = prefix;
    this.previousEpoch = previousEpoch;
    this.number = number;
    this.ledger = ledger;
  }

  /**
   * Takes over from whoever holds it.
   *
   * @throws HeldByAnother if {@code claimant} has to wait
   * @param written the intact manifests beside the ledgers; they stand in for one that is lost
   */
  static Lease claim(
      Bucket store, String prefix, Claimant claimant, Supplier<List<Manifest>> written) {
    for (int i = 0; i < TRIES; i++) {
      List<ObjectStore.Stat> listed = store.list(prefix);
      long highest = highest(listed);
      long begun = begun(listed);
      // One from before an attempt that has written since was put back: it is as good as damaged.
      Optional<Ledger> there = read(store, prefix, highest).filter(l -> l.epoch() >= begun);
      Ledger before = there.orElseGet(() -> rebuilt(written, highest));
      // It may not be lost but outdated by now, and what was written be of those who went on.
      if (there.isEmpty() && highest(store, prefix) != highest) continue;
      requireFree(before, prefix, claimant);
      long number = Math.max(highest, before.epoch()) + 1;
      Ledger mine =
          new Ledger(Ledger.SCHEMA, number, owner(claimant), before.lost(), before.entries());
      if (put(store, prefix, number, mine)) {
        return new Lease(store, prefix, before.epoch(), number, mine);
      }
    }
    throw new StoreUnavailable(
        prefix + ": the ledger keeps changing", new IllegalStateException(prefix));
  }

  /** The ledger as it is now, of checkpoints that are read and not taken over: commits fail. */
  static Lease look(Bucket store, String prefix) {
    long highest = highest(store, prefix);
    Ledger now =
        read(store, prefix, highest)
            .orElse(new Ledger(Ledger.SCHEMA, 0, "", highest > 0, List.of()));
    return new Lease(store, prefix, 0, Long.MIN_VALUE, now);
  }

  /**
   * Looks without taking over.
   *
   * @throws HeldByAnother if {@code claimant} has to wait
   */
  static void requireFree(Bucket store, String prefix, Claimant claimant) {
    read(store, prefix, highest(store, prefix))
        .ifPresent(ledger -> requireFree(ledger, prefix, claimant));
  }

  private static void requireFree(Ledger ledger, String prefix, Claimant claimant) {
    String holder = ledger.holder();
    if (holder.isEmpty() || holder.equals(claimant.name())) return;
    if (claimant.atWork(holder)) throw new HeldByAnother(prefix, holder);
  }

  private static String owner(Claimant claimant) {
    return (UUID.randomUUID() + " " + claimant.name()).strip();
  }

  long epoch() {
    return ledger.epoch();
  }

  /** Epoch of the attempt before this one. */
  long previousEpoch() {
    return previousEpoch;
  }

  /** The checkpoints that count, newest first. */
  List<Ledger.Entry> entries() {
    return ledger.entries();
  }

  /** Whether the ledger was damaged and nothing was committed since. */
  boolean lost() {
    return ledger.lost();
  }

  /** Whether the ledger of this number is in the past. */
  boolean outdated(long ledger) {
    return ledger < number - 1;
  }

  /**
   * Makes {@code entries} the checkpoints that count.
   *
   * @throws StaleAttempt if another attempt took over
   */
  void replace(List<Ledger.Entry> entries) {
    Ledger next = new Ledger(Ledger.SCHEMA, ledger.epoch(), ledger.owner(), false, entries);
    if (next.equals(ledger)) return;
    if (!put(store, prefix, number + 1, next)) throw overtaken();
    number++;
    ledger = next;
  }

  /**
   * Checks without writing.
   *
   * @throws StaleAttempt if another attempt took over
   */
  void requireCurrent() {
    if (highest(store, prefix) != number) throw overtaken();
  }

  private StaleAttempt overtaken() {
    return new StaleAttempt(
        prefix + ": another attempt took over from this one, epoch " + ledger.epoch());
  }

  private static boolean put(Bucket store, String prefix, long number, Ledger ledger) {
    String key = prefix + "/" + Ledger.file(number);
    return store.putIfAbsent(key, ledger.toJson()).isPresent() && highest(store, prefix) == number;
  }

  private static long highest(Bucket store, String prefix) {
    return highest(store.list(prefix));
  }

  private static long highest(List<ObjectStore.Stat> listed) {
    return listed.stream().mapToLong(o -> Ledger.number(o.key())).max().orElse(0);
  }

  /** The newest epoch that has begun a checkpoint. */
  private static long begun(List<ObjectStore.Stat> listed) {
    return listed.stream()
        .flatMap(o -> CheckpointName.of(o.key()).stream())
        .mapToLong(CheckpointName::epoch)
        .max()
        .orElse(0);
  }

  private static Optional<Ledger> read(Bucket store, String prefix, long number) {
    return store
        .get(prefix + "/" + Ledger.file(number))
        .flatMap(found -> Ledger.read(found.bytes(), prefix, number));
  }

  private static Ledger rebuilt(Supplier<List<Manifest>> written, long highest) {
    List<Ledger.Entry> entries = written.get().stream().map(Ledger.Entry::of).toList();
    long newest = entries.stream().mapToLong(Ledger.Entry::epoch).max().orElse(0);
    long epoch = highest == 0 && newest > 0 ? newest + LEAP : newest;
    return new Ledger(Ledger.SCHEMA, epoch, "", highest > 0, entries);
  }
}
