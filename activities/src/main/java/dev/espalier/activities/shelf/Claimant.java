package dev.espalier.activities.shelf;

/**
 * Who takes over checkpoints, and what it knows of those who hold them. Two activities can want the
 * same result at the same time; whoever comes second must wait, not take the first one's right to
 * commit away. The attempts of one activity are one claimant: a later one takes over at once.
 */
public interface Claimant {
  /** Waits for nobody. */
  Claimant ANYBODY =
      new Claimant() {
        @Override
        public String name() {
          return "";
        }

        @Override
        public boolean atWork(String holder) {
          return false;
        }
      };

  /** What the ledger tells others of this one; empty for nothing. */
  String name();

  /**
   * Whether another claimant is at work just now.
   *
   * @param holder its name
   */
  boolean atWork(String holder);
}
