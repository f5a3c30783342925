package dev.espalier.compression.checkpoint;

import static dev.espalier.compression.checkpoint.Globals.require;

import dev.espalier.compression.checkpoint.Pickled.Global;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A numpy array in the making: made empty first, filled when its state is read. */
final class NumpyArray {
  /** Stands for the class {@code numpy.ndarray}. */
  static final Object TYPE = new Object();

  private @Nullable Tensor tensor;

  /** Stands in for {@code numpy.core.multiarray._reconstruct(ndarray, (0,), b"b")}. */
  static Object reconstruct(List<Object> arguments, Allowance copies) {
    require(
        !arguments.isEmpty() && arguments.get(0) instanceof Global type && type.meaning() == TYPE,
        "only plain arrays are made");
    return new NumpyArray();
  }

  /** Stands in for {@code numpy.core.multiarray.scalar(dtype, bytes)}: a plain number. */
  static Object scalar(List<Object> arguments, Allowance copies) {
    require(
        arguments.size() == 2 && arguments.get(0) instanceof NumpyDtype,
        "an element type and its bytes are wanted");
    Tensor one = tensor(arguments.get(0), new long[0], false, arguments.get(1), copies);
    return switch (one.dtype()) {
      case F64, F32, F16, BF16 -> (Object) one.doubles()[0];
      case BOOL -> one.longs()[0] != 0;
      default -> one.longs()[0];
    };
  }

  /** Stands in for {@code numpy.core.numeric._frombuffer(bytes, dtype, shape, order)}. */
  static Object fromBuffer(List<Object> arguments, Allowance copies) {
    require(arguments.size() == 4, "four arguments are wanted");
    NumpyArray array = new NumpyArray();
    array.tensor =
        tensor(
            arguments.get(1),
            Globals.longs(arguments.get(2)),
            "F".equals(arguments.get(3)),
            arguments.get(0),
            copies);
    return array;
  }

  /** (version, shape, dtype, is Fortran-ordered, bytes). */
  void setState(Object state, Allowance copies) {
    List<Object> fields = Globals.items(state);
    require(fields.size() == 5 && fields.get(3) instanceof Boolean, "a state that is none");
    tensor =
        tensor(
            fields.get(2),
            Globals.longs(fields.get(1)),
            (Boolean) fields.get(3),
            fields.get(4),
            copies);
  }

  /** The array, row-major. */
  Tensor tensor() {
    require(tensor != null, "an array was never filled");
    return java.util.Objects.requireNonNull(tensor);
  }

  private static Tensor tensor(
      Object type, long[] shape, boolean columnMajor, Object content, Allowance copies) {
    require(type instanceof NumpyDtype, "an element type is wanted");
    Dtype dtype = ((NumpyDtype) type).dtype();
    Strided strided =
        columnMajor ? Strided.columnMajor(dtype, shape) : Strided.rowMajor(dtype, shape);
    byte[] bytes = bytes(content, copies);
    require(
        strided.elements() * dtype.bytes() == bytes.length,
        "the elements take "
            + strided.elements() * dtype.bytes()
            + " bytes, there are "
            + bytes.length);
    return strided.tensor(ByteBuffer.wrap(bytes), copies);
  }

  /** Python 2 has texts for bytes. */
  private static byte[] bytes(Object content, Allowance copies) {
    if (content instanceof byte[] bytes) return bytes;
    require(content instanceof String, "elements that are no bytes");
    return Globals.latin1((String) content, copies);
  }
}
