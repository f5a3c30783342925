package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How far a stage says it is.
 *
 * @param stage name of the stage, such as {@code finetune}
 * @param step done so far, of whatever the stage counts: optimizer steps, timesteps, images
 * @param steps in all
 * @param loss of the latest optimizer step; absent elsewhere
 * @param secondsLeft until the stage's end, at the pace so far; absent where that is unknown
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Progress(
    String stage, long step, long steps, @Nullable Double loss, @Nullable Double secondsLeft) {

  /** {@code 1,500 / 5,000 · loss 0.0310 · 20 min left}. */
  String words() {
    return Summaries.format("%,d / %,d", step, steps)
        + (loss == null ? "" : Summaries.format(" · loss %.4f", loss))
        + (secondsLeft == null ? "" : " · " + time(secondsLeft) + " left");
  }

  private static String time(double seconds) {
    if (seconds < 90) return Summaries.format("%.0f s", seconds);
    double minutes = seconds / 60;
    if (minutes < 90) return Summaries.format("%.0f min", minutes);
    double hours = minutes / 60;
    return hours < 48 ? Summaries.format("%.0f h", hours) : Summaries.format("%.0f d", hours / 24);
  }
}
