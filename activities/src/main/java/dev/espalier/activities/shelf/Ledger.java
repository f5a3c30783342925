package dev.espalier.activities.shelf;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose checkpoints these are and which count, at one moment. Each change is a new object, {@code
 * ledger-00000012.json}; the one with the highest number holds.
 *
 * @param epoch of the attempt that wrote it: the number of its first ledger
 * @param owner differs between any two attempts; what follows the first space is the {@link
 *     Claimant}'s name
 * @param lost whether an earlier ledger was found damaged and nothing was committed since
 * @param entries the checkpoints that count, newest first
 */
record Ledger(int schema, long epoch, String owner, boolean lost, List<Entry> entries) {
  static final int SCHEMA = 1;
  private static final Pattern FILE = Pattern.compile(".*/ledger-(\\d{8,18})\\.json");

  /**
   * One checkpoint.
   *
   * @param epoch of the attempt that wrote it
   * @param manifest seal of its manifest
   */
  record Entry(int step, long epoch, String manifest) {
    static Entry of(Manifest manifest) {
      CheckpointName name = CheckpointName.of(manifest.artifact()).orElseThrow();
      return new Entry(name.step(), name.epoch(), manifest.seal());
    }
  }

  Ledger {
    entries =
        entries.stream()
            .sorted(Comparator.comparing(Entry::step).thenComparing(Entry::epoch).reversed())
            .toList();
  }

  /** The name of the claimant whose attempt wrote it; empty if that told none. */
  String holder() {
    int space = owner.indexOf(' ');
    return space < 0 ? "" : owner.substring(space + 1);
  }

  byte[] toJson() {
    return SealedJson.write(this);
  }

  static String file(long number) {
    return String.format("ledger-%08d.json", number);
  }

  /** The number of the ledger at {@code key}; 0 if that is none. */
  static long number(String key) {
    Matcher file = FILE.matcher(key);
    return file.matches() ? Long.parseLong(file.group(1)) : 0;
  }

  /**
   * The ledger in {@code json}, or nothing if it is damaged.
   *
   * @throws dev.espalier.compression.InvalidInput if a newer version of this program wrote it
   */
  static Optional<Ledger> read(byte[] json, String prefix, long number) {
    try {
      return Optional.of(SealedJson.read(json, Ledger.class, SCHEMA, prefix, file(number)));
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }
}
