package dev.espalier.workers.chaos;

/**
 * How much of it.
 *
 * @param steps of each run's finetune
 * @param kills of workers
 * @param runs that these kills are spread over, at least
 * @param crashes of each server
 * @param terminations of workers that are asked to end
 * @param zombies that sleep past the timeout
 * @param fleetRuns of the last trial
 * @param fleetSeconds that it makes trouble for
 * @param timed whether waits and steps done again are judged, not only shown; a machine that is
 *     shared with other work fails them for nothing
 */
record Scale(
    int steps,
    int kills,
    int runs,
    int crashes,
    int terminations,
    int zombies,
    int fleetRuns,
    int fleetSeconds,
    boolean timed) {
  static final Scale FULL = new Scale(300, 200, 20, 20, 20, 20, 50, 1200, true);

  /** For continuous integration: some minutes. */
  static final Scale SHORT = new Scale(150, 5, 2, 2, 2, 1, 3, 40, false);

  /** Whether so many failures were made; one does where not all can be waited for. */
  boolean enough(int made, int wanted) {
    return made >= (timed ? wanted : 1);
  }

  /** This share of the failures and runs, above 0 and at most 1, each at least once. */
  Scale part(double share) {
    return new Scale(
        steps,
        part(kills, share),
        part(runs, share),
        part(crashes, share),
        part(terminations, share),
        part(zombies, share),
        part(fleetRuns, share),
        part(fleetSeconds, share),
        timed);
  }

  private static int part(int whole, double share) {
    return Math.max(1, (int) Math.round(whole * share));
  }
}
