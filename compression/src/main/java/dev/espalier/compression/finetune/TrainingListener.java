package dev.espalier.compression.finetune;

import java.util.function.Supplier;

/**
 * Hears how a training goes. Whatever a method throws ends the training and reaches its caller: so
 * a cancellation takes effect between two steps, and what is told to stop can still take the state
 * along.
 */
public interface TrainingListener {
  /**
   * @param step steps done
   * @param loss of this step, before the update
   * @param gradientNorm global norm before clipping
   * @param learningRate used for this step
   * @param seconds this step took
   */
  record Step(int step, double loss, double gradientNorm, double learningRate, double seconds) {}

  /**
   * A step was done, and validated if that was due; {@code state} copies the tensors when asked.
   */
  void step(Step step, Supplier<TrainingState> state);

  /** The validation loss of the averaged weights after {@code step} steps. */
  void validation(int step, double loss);

  /** A checkpoint is due; {@code state} copies the tensors when asked. */
  void checkpoint(int step, Supplier<TrainingState> state);
}
