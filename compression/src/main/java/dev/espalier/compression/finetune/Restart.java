package dev.espalier.compression.finetune;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A training with {@code onDivergence: restore} whose loss was no number at step {@code diverged}
 * was taken back to step {@code after}, and takes the steps beyond it with half the learning rate.
 * Where it goes back to is the last multiple of {@code checkpointEvery} before the divergence, not
 * the checkpoint that happens to be there: so restarts are a function of the configuration, and a
 * training that is killed in between ends in the same bits.
 *
 * @param after the last step that counts
 * @param diverged step at which the loss was no number
 */
public record Restart(int after, int diverged) {
  /** How many a training may take; at the next divergence it fails. */
  public static final int MOST = 3;

  /** What each leaves of the learning rate. */
  static final double FACTOR = 0.5;

  public Restart {
    InvalidInput.require(
        after >= 0 && diverged > after, "restart after step %d for step %d", after, diverged);
  }

  /** The restart that a divergence at step {@code diverged} asks for. */
  public static Restart of(FinetuneConfig config, int diverged) {
    int every = config.checkpointEvery();
    return new Restart((diverged - 1) / every * every, diverged);
  }

  /** What {@code restarts} leave of the learning rate at {@code step}. */
  static double factor(List<Restart> restarts, int step) {
    double factor = 1;
    for (Restart restart : restarts) if (step > restart.after) factor *= FACTOR;
    return factor;
  }

  /** Such as {@code 150:158,150:152}. */
  static String text(List<Restart> restarts) {
    return restarts.stream().map(r -> r.after + ":" + r.diverged).collect(Collectors.joining(","));
  }

  static List<Restart> parse(String text) {
    if (text.isEmpty()) return List.of();
    InvalidInput.require(
        text.matches("\\d{1,9}:\\d{1,9}(,\\d{1,9}:\\d{1,9})*"),
        "training state: restarts '%s'",
        text);
    return Arrays.stream(text.split(","))
        .map(one -> one.split(":"))
        .map(one -> new Restart(Integer.parseInt(one[0]), Integer.parseInt(one[1])))
        .toList();
  }
}
