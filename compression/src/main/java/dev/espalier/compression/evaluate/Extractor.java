package dev.espalier.compression.evaluate;

import dev.espalier.compression.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The eye of a metric: images to feature vectors, and to class probabilities where it has any. */
public interface Extractor extends AutoCloseable {
  /** Length of a feature vector. */
  int width();

  /** Number of classes; 0 where it tells none. */
  int classes();

  /**
   * What it sees in some images; deterministic, and the same whatever other images are beside one.
   *
   * @param images uint8 [N, C, H, W]
   * @param probabilities whether those are wanted, of an extractor with classes
   */
  Seen see(Tensor images, boolean probabilities);

  /**
   * @param features float32 [N, width]
   * @param probabilities float32 [N, classes], each row summing to 1; null unless wanted
   */
  record Seen(Tensor features, @Nullable Tensor probabilities) {}

  @Override
  void close();
}
