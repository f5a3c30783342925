package dev.espalier.activities.shelf;

/** Another activity makes the same result just now: try again later, and find it there. */
public final class HeldByAnother extends RuntimeException {
  HeldByAnother(String prefix, String holder) {
    super(prefix + " is held by " + holder + ", which is at work; its result is waited for");
  }
}
