package dev.espalier.activities.shelf;

import java.time.Duration;

/**
 * How long one operation waits before it fails with {@link StoreUnavailable}.
 *
 * @param away for a store that does not answer
 * @param full for a store or a local disk that has no room
 */
public record Patience(Duration away, Duration full) {
  /** 40 s for a store that is away, 10 minutes for one that is full. */
  public static final Patience USUAL = new Patience(Duration.ofSeconds(40), Duration.ofMinutes(10));
}
