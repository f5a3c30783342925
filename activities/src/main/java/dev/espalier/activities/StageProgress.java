package dev.espalier.activities;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A stage's heartbeat: what a person sees while it runs, and a hint for the attempt after it. The
 * checkpoints on the shelf are the truth.
 *
 * @param step done so far, of whatever the stage counts: optimizer steps, timesteps, images
 * @param steps in all
 * @param loss of the latest optimizer step; absent elsewhere
 * @param checkpoint step of the latest committed checkpoint; 0 for none
 * @param outOfMemory attempts so far that ended with {@link OutOfMemory}
 */
public record StageProgress(
    String stage,
    long step,
    long steps,
    @Nullable Double loss,
    int checkpoint,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int outOfMemory) {
  @JsonCreator
  public StageProgress {}

  /** Of a stage that never lacked memory. */
  public StageProgress(String stage, long step, long steps, @Nullable Double loss, int checkpoint) {
    this(stage, step, steps, loss, checkpoint, 0);
  }

  /** Progress of a stage that has no loss and no checkpoints. */
  public static StageProgress of(String stage, long step, long steps) {
    return new StageProgress(stage, step, steps, null, 0);
  }

  StageProgress withOutOfMemory(int attempts) {
    return new StageProgress(stage, step, steps, loss, checkpoint, attempts);
  }
}
