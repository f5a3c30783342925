package dev.espalier.compression.checkpoint;

/**
 * How many bytes the reading of one file may copy, beyond what it maps or reads once. A few bytes
 * of a pickle can ask for a copy of a large part of it, and again and again.
 */
final class Allowance {
  private static final long FREE = 1 << 20;
  private static final int TIMES = 4;

  private long left;

  private Allowance(long left) {
    this.left = left;
  }

  /** Some times the file's own size. */
  static Allowance forFile(long size) {
    return new Allowance(FREE + TIMES * size);
  }

  /**
   * @throws IllegalArgumentException if that is more than is left
   */
  void take(long bytes) {
    Globals.require(bytes <= left, "the file unfolds to many times its own size");
    left -= bytes;
  }
}
