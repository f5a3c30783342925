package dev.espalier.compression.finetune;

import dev.espalier.compression.data.ImageDataset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The images of each step of a training. While a step is computed, the next one's images are
 * decoded on other threads; which they are, and which of them are mirrored, is a function of (seed,
 * step) alone.
 */
final class Batches {
  private final ImageDataset data;
  private final FinetuneConfig config;
  private final DataOrder order;
  private @Nullable Started next;

  /**
   * One step's images.
   *
   * @param indices in the data set
   * @param images [batch, channels, height, width] in [-1, 1]
   */
  record Batch(int[] indices, float[] images) {}

  private record Started(int step, int[] indices, Supplier<float[]> images) {}

  Batches(ImageDataset data, FinetuneConfig config) {
    this.data = data;
    this.config = config;
    this.order = new DataOrder(data.trainable(), config.batch(), config.seed());
  }

  /**
   * The images of a step.
   *
   * @param step 1 for the first; the one after it is begun
   */
  Batch at(int step) {
    Started now = next != null && next.step() == step ? next : start(step);
    next = step < config.steps() ? start(step + 1) : null;
    return new Batch(now.indices(), now.images().get());
  }

  private Started start(int step) {
    int[] indices = order.indices(step);
    boolean[] flips = config.flip() ? order.flips(step) : new boolean[indices.length];
    return new Started(step, indices, data.ahead(indices, flips));
  }
}
