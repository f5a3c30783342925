package dev.espalier.compression.checkpoint;

import static dev.espalier.compression.checkpoint.Globals.require;

import dev.espalier.compression.tensor.Dtype;
import java.util.List;
import java.util.Map;

/** A numpy element type in the making; its byte order comes last and has to be little-endian. */
final class NumpyDtype {
  private static final Map<String, Dtype> CODES =
      Map.of(
          "f8", Dtype.F64,
          "f4", Dtype.F32,
          "f2", Dtype.F16,
          "i8", Dtype.I64,
          "i4", Dtype.I32,
          "i2", Dtype.I16,
          "i1", Dtype.I8,
          "u1", Dtype.U8,
          "b1", Dtype.BOOL);

  private final Dtype dtype;

  private NumpyDtype(Dtype dtype) {
    this.dtype = dtype;
  }

  /** Stands in for {@code numpy.dtype(code, align, copy)}. */
  static Object of(List<Object> arguments, Allowance copies) {
    require(!arguments.isEmpty() && arguments.get(0) instanceof String, "an element type's code");
    String code = (String) arguments.get(0);
    Dtype dtype = CODES.get(code.replaceFirst("^[<|=]", ""));
    require(
        dtype != null,
        "element type '" + PickleInput.printable(code) + "' is not read; read are " + legal());
    return new NumpyDtype(java.util.Objects.requireNonNull(dtype));
  }

  private static String legal() {
    return String.join(", ", CODES.keySet().stream().sorted().toList());
  }

  /** (version, byte order, …). */
  void setState(Object state) {
    List<Object> fields = Globals.items(state);
    require(fields.size() >= 2 && fields.get(1) instanceof String, "a state that is none");
    String order = (String) fields.get(1);
    require(!order.equals(">"), "big-endian elements are not read");
    require(order.equals("<") || order.equals("|") || order.equals("="), "an unknown byte order");
  }

  Dtype dtype() {
    return dtype;
  }
}
