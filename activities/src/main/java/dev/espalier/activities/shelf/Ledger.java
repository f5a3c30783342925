package dev.espalier.activities.shelf;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Whose checkpoints these are and which count.
 *
 * @param epoch grows by one with every attempt that takes over
 * @param owner differs between any two attempts
 * @param lost whether an earlier ledger was found damaged and nothing was committed since
 * @param entries the checkpoints that count, newest first
 */
record Ledger(int schema, long epoch, String owner, boolean lost, List<Entry> entries) {
  static final int SCHEMA = 1;
  static final String FILE = "ledger.json";

  /**
   * One checkpoint.
   *
   * @param manifest seal of its manifest
   */
  record Entry(int step, String manifest) {}

  Ledger {
    entries = entries.stream().sorted(Comparator.comparingInt(Entry::step).reversed()).toList();
  }

  Optional<Entry> at(int step) {
    return entries.stream().filter(entry -> entry.step() == step).findFirst();
  }

  byte[] toJson() {
    return SealedJson.write(this);
  }

  /** The ledger in {@code json}, or nothing if it is damaged. */
  static Optional<Ledger> read(byte[] json, String prefix) {
    try {
      return Optional.of(SealedJson.read(json, Ledger.class, SCHEMA, prefix, FILE));
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }
}
