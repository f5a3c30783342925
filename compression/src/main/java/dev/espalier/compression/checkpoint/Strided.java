package dev.espalier.compression.checkpoint;

import static dev.espalier.compression.checkpoint.Globals.require;

import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How a tensor lies in a buffer of elements; offset and strides count elements. Every tensor made
 * from one has its elements in row-major order, without a copy where they lie so already.
 */
record Strided(Dtype dtype, long offset, long[] shape, long[] stride) {
  Strided {
    require(shape.length == stride.length, "a shape and strides of different length");
    require(offset >= 0, "a negative offset");
    for (int i = 0; i < shape.length; i++) {
      require(shape[i] >= 0 && shape[i] <= Integer.MAX_VALUE, "an extent of " + shape[i]);
      require(stride[i] >= 0, "a stride of " + stride[i]);
    }
  }

  static Strided rowMajor(Dtype dtype, long[] shape) {
    long[] stride = new long[shape.length];
    long next = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      stride[i] = next;
      next = Math.multiplyExact(next, Math.max(1, shape[i]));
    }
    return new Strided(dtype, 0, shape, stride);
  }

  static Strided columnMajor(Dtype dtype, long[] shape) {
    long[] stride = new long[shape.length];
    long next = 1;
    for (int i = 0; i < shape.length; i++) {
      stride[i] = next;
      next = Math.multiplyExact(next, Math.max(1, shape[i]));
    }
    return new Strided(dtype, 0, shape, stride);
  }

  /**
   * @throws ArithmeticException if there are more than fit a long
   */
  long elements() {
    long elements = 1;
    for (long extent : shape) elements = Math.multiplyExact(elements, extent);
    return elements;
  }

  /** Whether the elements lie one behind the other. */
  boolean contiguous() {
    long[] packed = rowMajor(dtype, shape).stride;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] > 1 && stride[i] != packed[i]) return false;
    }
    return true;
  }

  /**
   * The tensor whose elements lie so in {@code buffer}.
   *
   * @throws IllegalArgumentException if they would lie outside, or if there are more than the
   *     buffer has: a tensor that repeats its elements would grow without bound
   */
  Tensor tensor(ByteBuffer buffer, Allowance copies) {
    long there = buffer.remaining() / dtype.bytes();
    long wanted = elements();
    int[] extents = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    if (wanted == 0) return Tensor.of(dtype, extents, ByteBuffer.allocate(0));
    long last = offset;
    for (int i = 0; i < shape.length; i++) {
      last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, stride[i]));
    }
    require(
        wanted <= there && last < there,
        "a tensor of "
            + Arrays.toString(shape)
            + " whose last element is number "
            + last
            + ", of "
            + there
            + " that are stored");
    int size = (int) wanted * dtype.bytes();
    if (contiguous()) {
      return Tensor.of(dtype, extents, buffer.slice((int) offset * dtype.bytes(), size));
    }
    copies.take(size);
    return Tensor.of(dtype, extents, gather(buffer, size));
  }

  private ByteBuffer gather(ByteBuffer buffer, int size) {
    byte[] packed = new byte[size];
    int width = dtype.bytes();
    long[] index = new long[shape.length];
    long from = offset;
    for (int to = 0; to < size; to += width) {
      buffer.get((int) from * width, packed, to, width);
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        from += stride[axis];
        if (++index[axis] < shape[axis]) break;
        from -= shape[axis] * stride[axis];
        index[axis] = 0;
      }
    }
    return ByteBuffer.wrap(packed);
  }
}
