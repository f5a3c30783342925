package dev.espalier.workers.console;

import java.util.List;

/**
 * One look at work under way.
 *
 * @param fraction how much of it is done, in [0, 1]
 * @param parts of how many like parts the work consists, such as a sweep of its arms; 1 where the
 *     time for what is done tells nothing of the rest
 * @param now what is being done, one line for each of those at work
 * @param events what has begun or ended so far, one line each, oldest first
 */
public record Look(double fraction, int parts, List<String> now, List<String> events) {
  /** Nothing known yet. */
  public static final Look NOTHING = new Look(0, 1, List.of(), List.of());

  public Look {
    now = List.copyOf(now);
    events = List.copyOf(events);
  }
}
