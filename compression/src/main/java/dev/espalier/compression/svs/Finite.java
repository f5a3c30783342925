package dev.espalier.compression.svs;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;

/** The check that weights hold numbers: a decomposition of anything else has no meaning. */
final class Finite {
  private Finite() {}

  static void require(String key, Tensor tensor) {
    InvalidInput.require(tensor.size() > 0, "tensor '%s' is empty", key);
    if (tensor.isFinite()) return;
    for (double value : tensor.doubles()) {
      InvalidInput.require(
          Double.isFinite(value), "tensor '%s' holds %s, not only finite numbers", key, value);
    }
  }
}
