package dev.espalier.workers.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * One line of what happened to a run.
 *
 * @param at when; absent where that is not recorded, as of a curve's points
 * @param text without a line break
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LogLine(@Nullable String at, String text) {
  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final String BLANK = " ".repeat(19);

  static LogLine at(Instant when, String text) {
    return new LogLine(when.toString(), text);
  }

  /** Of a time between the lines around it. */
  static LogLine between(String text) {
    return new LogLine(null, text);
  }

  /** As a person reads it, in local time. */
  @Override
  public String toString() {
    String time =
        at == null ? BLANK : LOCAL.format(Instant.parse(at).atZone(ZoneId.systemDefault()));
    return time + "  " + text;
  }
}
