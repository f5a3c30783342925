package dev.espalier.compression.evaluate;

import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Feature vectors on the host, for the few distances that are taken in double. */
final class Vectors {
  private final int width;
  private final @Nullable FloatBuffer floats;
  private final @Nullable DoubleBuffer doubles;

  Vectors(Tensor features) {
    this.width = features.extent(1);
    boolean narrow = features.dtype() == Dtype.F32;
    this.floats = narrow ? features.bytes().asFloatBuffer() : null;
    this.doubles = narrow ? null : features.bytes().asDoubleBuffer();
  }

  /** ‖xᵢ − yⱼ‖² of this cloud's i-th vector and the other's j-th; exactly 0 for equal ones. */
  double squaredDistance(int i, Vectors other, int j) {
    double sum = 0;
    if (floats != null && other.floats != null) {
      FloatBuffer x = floats;
      FloatBuffer y = other.floats;
      int atX = i * width;
      int atY = j * width;
      for (int d = 0; d < width; d++) {
        double difference = (double) x.get(atX + d) - y.get(atY + d);
        sum += difference * difference;
      }
      return sum;
    }
    for (int d = 0; d < width; d++) {
      double difference = value(i * width + d) - other.value(j * width + d);
      sum += difference * difference;
    }
    return sum;
  }

  private double value(int at) {
    return floats != null ? floats.get(at) : Objects.requireNonNull(doubles).get(at);
  }
}
