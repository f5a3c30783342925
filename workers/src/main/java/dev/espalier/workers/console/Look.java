package dev.espalier.workers.console;

import java.util.List;

/**
 * One look at work under way.
 *
 * @param fraction how much of it is done, in [0, 1]
 * @param now what is being done, in a few words; empty where nothing is known
 * @param events what has begun or ended so far, one line each, oldest first
 */
public record Look(double fraction, String now, List<String> events) {
  /** Nothing known yet. */
  public static final Look NOTHING = new Look(0, "", List.of());

  public Look {
    events = List.copyOf(events);
  }
}
