package dev.espalier.workers.chaos;

/**
 * One line of the table.
 *
 * @param asked the figure to reach
 * @param measured what came out
 * @param state {@code holds}, {@code fails}, or {@code not run} with the reason in {@code measured}
 */
public record Verdict(String test, String asked, String measured, String state, double seconds) {
  static final String HOLDS = "holds";
  static final String FAILS = "fails";
  static final String NOT_RUN = "not run";

  static Verdict of(String test, String asked, String measured, boolean holds) {
    return new Verdict(test, asked, measured, holds ? HOLDS : FAILS, 0);
  }

  static Verdict notRun(String test, String asked, String why) {
    return new Verdict(test, asked, why, NOT_RUN, 0);
  }

  Verdict took(double more) {
    return new Verdict(test, asked, measured, state, more);
  }
}
