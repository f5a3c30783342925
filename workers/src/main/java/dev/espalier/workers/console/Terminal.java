package dev.espalier.workers.console;

import java.io.PrintWriter;

/**
 * Where a command writes: results to standard output, everything said about the work to standard
 * error, so that a script can take the first as it is.
 *
 * @param viewer who looks at the two
 */
public record Terminal(PrintWriter out, PrintWriter err, Viewer viewer) {
  /** Whether a person watches standard error, so that lines may be redrawn. */
  public boolean interactive() {
    return viewer.err();
  }

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

  /** Why a command ends early, in one line. */
  public void complain(String line) {
    boolean coloured = viewer.err() && viewer.colours();
    say((coloured ? Style.BAD.of("espalier:") : "espalier:") + " " + line);
  }
}
