package dev.espalier.compression.diffusion;

import ai.djl.ndarray.NDArray;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;

/**
 * The outcome of one step of a scheduler.
 *
 * @param previous the sample at the timestep visited next
 * @param original the image predicted from this one
 */
public record SchedulerStep(Tensor previous, Tensor original) {
  /** Torch's square root, which is not always the nearest float: at ᾱ ≈ 0 the last bit shows. */
  static float root(Torch.Session session, float x) {
    try (NDArray number = session.manager().create(x);
        NDArray root = number.sqrt()) {
      return root.getFloat();
    }
  }
}
