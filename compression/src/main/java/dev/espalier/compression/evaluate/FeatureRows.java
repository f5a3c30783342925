package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Blocks of a feature tensor's rows on the device. */
final class FeatureRows {
  private FeatureRows() {}

  /** Holds features against what every metric of them takes: a float tensor [N, D]. */
  static void require(Tensor features) {
    InvalidInput.require(
        features.rank() == 2
            && features.extent(1) > 0
            && (features.dtype() == Dtype.F32 || features.dtype() == Dtype.F64),
        "features are F32 or F64 [images, width], not %s",
        features);
  }

  /**
   * The rows {@code from} to {@code to}, exclusive, in the tensor's own type. Nothing is copied
   * where they lie outside the Java heap, as those of a mapped file do.
   */
  static NDArray of(Torch.Session torch, NDManager scope, Tensor features, int from, int to) {
    int width = features.extent(1);
    int row = width * features.dtype().bytes();
    ByteBuffer part =
        features.bytes().slice(from * row, (to - from) * row).order(ByteOrder.LITTLE_ENDIAN);
    int[] shape = {to - from, width};
    if (!part.isDirect()) return torch.toDevice(scope, Tensor.of(features.dtype(), shape, part));
    DataType type = features.dtype() == Dtype.F32 ? DataType.FLOAT32 : DataType.FLOAT64;
    return scope.create(part, new Shape(to - from, width), type);
  }
}
