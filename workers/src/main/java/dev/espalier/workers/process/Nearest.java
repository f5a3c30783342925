package dev.espalier.workers.process;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The name that somebody meant who wrote another one. */
final class Nearest {
  private Nearest() {}

  /** The one that takes the fewest changes, if they are few for its length. */
  static Optional<String> to(String given, Collection<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> changes(given, name)))
        .filter(name -> changes(given, name) <= Math.max(1, given.length() / 3));
  }

  /** Letters to put in, take out or replace. */
  static int changes(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) row[j] = j;
    for (int i = 1; i <= from.length(); i++) {
      int[] next = new int[row.length];
      next[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int same = row[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        next[j] = Math.min(same, 1 + Math.min(row[j], next[j - 1]));
      }
      row = next;
    }
    return row[to.length()];
  }
}
