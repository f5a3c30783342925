package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;

/** What image metrics ask of their operands. */
final class Images {
  private Images() {}

  static void requirePairs(Tensor first, Tensor second) {
    InvalidInput.require(
        first.rank() == 4 && first.size() > 0 && Arrays.equals(first.shape(), second.shape()),
        "image pairs are two equal [N, C, H, W], not %s and %s",
        first,
        second);
  }

  /** Float64 values from 0 to 1: uint8 divided by 255, floating values as they are. */
  static Tensor unit(Tensor images) {
    double[] values = images.doubles();
    if (images.dtype() == Dtype.U8) for (int i = 0; i < values.length; i++) values[i] /= 255;
    return Tensor.of(values, images.shape());
  }
}
