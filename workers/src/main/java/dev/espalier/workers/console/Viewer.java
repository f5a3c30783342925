package dev.espalier.workers.console;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Who looks at what a command writes: a person, for whom lines may be redrawn and coloured, or a
 * file or another program, which gets plain lines.
 *
 * @param out whether a person watches standard output
 * @param err whether a person watches standard error
 * @param colours whether what a person watches may be coloured
 * @param window its size at this moment
 */
public record Viewer(boolean out, boolean err, boolean colours, Supplier<Window> window) {
  /** Nobody watches. */
  public static final Viewer NOBODY = new Viewer(false, false, false, () -> Window.USUAL);

  /**
   * As the launcher says in {@code ESPALIER_TTY}, which names the streams that are terminals,
   * {@code out} and {@code err}. A terminal that is {@code dumb} cannot redraw; one where {@code
   * NO_COLOR} holds anything is not coloured.
   */
  public static Viewer of(Map<String, String> environment) {
    List<String> streams = List.of(environment.getOrDefault("ESPALIER_TTY", "").split(" "));
    boolean redraws = !environment.getOrDefault("TERM", "dumb").equals("dumb");
    boolean out = redraws && streams.contains("out");
    boolean err = redraws && streams.contains("err");
    if (!out && !err) return NOBODY;
    boolean colours = environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Viewer(out, err, colours, new WindowSize(environment));
  }
}
