package dev.espalier.workers.console;

import java.io.PrintWriter;

/**
 * Where a command writes: results to standard output, everything said about the work to standard
 * error, so that a script can take the first as it is.
 *
 * @param interactive whether a person watches standard error, so that lines may be redrawn
 */
public record Terminal(PrintWriter out, PrintWriter err, boolean interactive) {
  /** A result. */
  public void print(String text) {
    out.println(text);
    out.flush();
  }

  /** Something about the work. */
  public void say(String text) {
    err.println(text);
    err.flush();
  }
}
