package dev.espalier.compression.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor on the host: element type, shape and row-major little-endian elements. It is immutable
 * and owned by the garbage collector; what computes on a device is made from it and read back into
 * it.
 */
public final class Tensor {
  private final Dtype dtype;
  private final int[] shape;
  private final ByteBuffer bytes;

  private Tensor(Dtype dtype, int[] shape, ByteBuffer bytes) {
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
  }

  /** A tensor over {@code bytes}, which the caller no longer changes. */
  public static Tensor of(Dtype dtype, int[] shape, ByteBuffer bytes) {
    long expected = size(shape) * dtype.bytes();
    if (bytes.remaining() != expected) {
      throw new IllegalArgumentException(
          dtype
              + Arrays.toString(shape)
              + " takes "
              + expected
              + " bytes, not "
              + bytes.remaining());
    }
    return new Tensor(dtype, shape.clone(), bytes.slice().asReadOnlyBuffer());
  }

  /** A float32 tensor holding a copy of {@code values}. */
  public static Tensor of(float[] values, int... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return of(Dtype.F32, shape, bytes);
  }

  /** A float64 tensor holding a copy of {@code values}. */
  public static Tensor of(double[] values, int... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return of(Dtype.F64, shape, bytes);
  }

  /** An int64 tensor holding a copy of {@code values}. */
  public static Tensor of(long[] values, int... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return of(Dtype.I64, shape, bytes);
  }

  /** A uint8 tensor over {@code values}, which the caller no longer changes. */
  public static Tensor of(byte[] values, int... shape) {
    return of(Dtype.U8, shape, ByteBuffer.wrap(values));
  }

  public Dtype dtype() {
    return dtype;
  }

  public int[] shape() {
    return shape.clone();
  }

  /** Extent along {@code axis}. */
  public int extent(int axis) {
    return shape[axis];
  }

  public int rank() {
    return shape.length;
  }

  /** Number of elements. */
  public int size() {
    return Math.toIntExact(size(shape));
  }

  static long size(int[] shape) {
    long size = 1;
    for (int extent : shape) size = Math.multiplyExact(size, extent);
    return size;
  }

  /** The elements as stored: read-only, little-endian, position 0. */
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements widened or narrowed to float; a fresh array. */
  public float[] floats() {
    float[] values = new float[size()];
    ByteBuffer b = bytes();
    switch (dtype) {
      case F32 -> b.asFloatBuffer().get(values);
      case F64, I64, I32, I16, I8, U8, BOOL -> {
        double[] doubles = doubles();
        for (int i = 0; i < values.length; i++) values[i] = (float) doubles[i];
      }
      case F16 -> {
        for (int i = 0; i < values.length; i++) values[i] = half(b.getShort());
      }
      case BF16 -> {
        for (int i = 0; i < values.length; i++)
          values[i] = Float.intBitsToFloat(b.getShort() << 16);
      }
    }
    return values;
  }

  /** The elements as double; a fresh array. */
  public double[] doubles() {
    double[] values = new double[size()];
    ByteBuffer b = bytes();
    switch (dtype) {
      case F64 -> b.asDoubleBuffer().get(values);
      case F32, F16, BF16 -> {
        float[] floats = floats();
        for (int i = 0; i < values.length; i++) values[i] = floats[i];
      }
      case I64, I32, I16, I8, U8, BOOL -> {
        long[] longs = longs();
        for (int i = 0; i < values.length; i++) values[i] = longs[i];
      }
    }
    return values;
  }

  /** Whether no element is infinite or NaN; integers never are. */
  public boolean isFinite() {
    ByteBuffer b = bytes();
    // All bits of the exponent set: infinity or NaN.
    long exponent =
        switch (dtype) {
          case F64 -> 0x7FF0000000000000L;
          case F32 -> 0x7F800000L;
          case F16 -> 0x7C00L;
          case BF16 -> 0x7F80L;
          default -> 0;
        };
    if (exponent == 0) return true;
    while (b.hasRemaining()) {
      long bits =
          switch (dtype) {
            case F64 -> b.getLong();
            case F32 -> b.getInt();
            default -> b.getShort();
          };
      if ((bits & exponent) == exponent) return false;
    }
    return true;
  }

  /** The elements of an integer tensor; a fresh array. */
  public long[] longs() {
    long[] values = new long[size()];
    ByteBuffer b = bytes();
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case I64 -> b.getLong();
            case I32 -> b.getInt();
            case I16 -> b.getShort();
            case I8 -> b.get();
            case U8, BOOL -> b.get() & 0xFF;
            default -> throw new IllegalStateException(dtype + " is not an integer type");
          };
    }
    return values;
  }

  /** This tensor as float32. */
  public Tensor toFloat32() {
    return dtype == Dtype.F32 ? this : of(floats(), shape);
  }

  /** The same elements under another shape of the same size. */
  public Tensor reshape(int... to) {
    return of(dtype, to, bytes());
  }

  /**
   * The slices {@code indices} along {@code axis}, in that order (torch {@code index_select}).
   *
   * @throws IndexOutOfBoundsException if an index lies outside the axis
   */
  public Tensor select(int axis, int[] indices) {
    int outer = 1;
    for (int i = 0; i < axis; i++) outer *= shape[i];
    int inner = dtype.bytes();
    for (int i = axis + 1; i < shape.length; i++) inner *= shape[i];
    int[] to = shape.clone();
    to[axis] = indices.length;
    byte[] selected = new byte[outer * indices.length * inner];
    ByteBuffer from = bytes();
    int at = 0;
    for (int o = 0; o < outer; o++) {
      for (int index : indices) {
        from.get((o * shape[axis] + index) * inner, selected, at, inner);
        at += inner;
      }
    }
    return new Tensor(dtype, to, ByteBuffer.wrap(selected).asReadOnlyBuffer());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor t
        && dtype == t.dtype
        && Arrays.equals(shape, t.shape)
        && bytes.equals(t.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + bytes.hashCode();
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }

  /** IEEE 754 binary16 to binary32, exact. */
  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1F;
    int fraction = bits & 0x3FF;
    if (exponent == 0x1F) return Float.intBitsToFloat(sign | 0x7F800000 | fraction << 13);
    if (exponent != 0) {
      return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
    }
    float subnormal = fraction * 0x1p-24f;
    return sign == 0 ? subnormal : -subnormal;
  }
}
