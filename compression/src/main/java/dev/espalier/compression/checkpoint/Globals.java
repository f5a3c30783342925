package dev.espalier.compression.checkpoint;

import static dev.espalier.compression.checkpoint.Pickled.None.NONE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.espalier.compression.checkpoint.Pickled.Call;
import dev.espalier.compression.checkpoint.Pickled.Global;
import dev.espalier.compression.checkpoint.Pickled.StorageRef;
import dev.espalier.compression.checkpoint.Pickled.StorageType;
import dev.espalier.compression.checkpoint.Pickled.Tuple;
import dev.espalier.compression.checkpoint.Pickled.View;
import dev.espalier.compression.tensor.Dtype;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one table of names a pickle may refer to, each with what this program does in their place:
 * nothing of Python is called. An illegal argument is an {@link IllegalArgumentException}, which
 * the pickle machine turns into its own line.
 */
final class Globals {
  private static final int LONGEST_KEY = 4096;
  private static final int MOST_AXES = 64;

  /** Bytes that an item takes in a container, about. */
  private static final int ITEM = 64;

  private static final Map<String, Object> TABLE = new HashMap<>();

  static {
    TABLE.put("collections.OrderedDict", (Call) Globals::dictionary);
    TABLE.put("builtins.set", (Call) Globals::set);
    TABLE.put("__builtin__.set", (Call) Globals::set);
    TABLE.put("builtins.frozenset", (Call) Globals::set);
    TABLE.put("__builtin__.frozenset", (Call) Globals::set);
    TABLE.put("builtins.bytes", (Call) Globals::noBytes);
    TABLE.put("__builtin__.bytes", (Call) Globals::noBytes);
    TABLE.put("_codecs.encode", (Call) Globals::encode);

    TABLE.put("torch.Size", (Call) (arguments, copies) -> new Tuple(items(only(arguments))));
    TABLE.put("torch._utils._rebuild_tensor", (Call) Globals::tensor);
    TABLE.put("torch._utils._rebuild_tensor_v2", (Call) Globals::tensor);
    TABLE.put("torch._utils._rebuild_parameter", (Call) Globals::parameter);
    storage("Double", Dtype.F64);
    storage("Float", Dtype.F32);
    storage("Half", Dtype.F16);
    storage("BFloat16", Dtype.BF16);
    storage("Long", Dtype.I64);
    storage("Int", Dtype.I32);
    storage("Short", Dtype.I16);
    storage("Char", Dtype.I8);
    storage("Byte", Dtype.U8);
    storage("Bool", Dtype.BOOL);

    TABLE.put("numpy.ndarray", NumpyArray.TYPE);
    TABLE.put("numpy.dtype", (Call) NumpyDtype::of);
    for (String module : List.of("numpy.core.", "numpy._core.")) {
      TABLE.put(module + "multiarray._reconstruct", (Call) NumpyArray::reconstruct);
      TABLE.put(module + "multiarray.scalar", (Call) NumpyArray::scalar);
      TABLE.put(module + "numeric._frombuffer", (Call) NumpyArray::fromBuffer);
    }
  }

  private Globals() {}

  private static void storage(String name, Dtype dtype) {
    TABLE.put("torch." + name + "Storage", new StorageType(dtype));
  }

  /** What stands behind {@code name}, if it may be referred to. */
  static Optional<Global> find(String name) {
    return Optional.ofNullable(TABLE.get(name)).map(meaning -> new Global(name, meaning));
  }

  /** Stands in for a call of {@code function}. */
  static Object call(Object function, List<Object> arguments, Allowance copies) {
    if (!(function instanceof Global global) || !(global.meaning() instanceof Call call)) {
      throw new IllegalArgumentException("a call of what cannot be called");
    }
    try {
      return call.call(arguments, copies);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException(global.name() + ": " + e.getMessage(), e);
    }
  }

  /** Gives {@code object} its state. What torch notes beside a dictionary's entries is left out. */
  static void build(Object object, Object state, Allowance copies) {
    if (object instanceof NumpyArray array) array.setState(state, copies);
    else if (object instanceof NumpyDtype dtype) dtype.setState(state);
    else require(object instanceof Map && state instanceof Map, "a state for a plain value");
  }

  /** A dictionary's key: a text, a number or a truth value; bytes become one character each. */
  static Object key(Object key) {
    if (key instanceof byte[] bytes) {
      require(bytes.length <= LONGEST_KEY, "a dictionary's key of " + bytes.length + " bytes");
      return new String(bytes, ISO_8859_1);
    }
    require(
        key instanceof String
            || key instanceof Long
            || key instanceof BigInteger
            || key instanceof Double
            || key instanceof Boolean,
        "a dictionary's key that is neither text nor number");
    return key;
  }

  private static Object dictionary(List<Object> arguments, Allowance copies) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.isEmpty()) return map;
    List<Object> entries = items(only(arguments));
    copies.take((long) ITEM * entries.size());
    for (Object entry : entries) {
      List<Object> pair = items(entry);
      require(pair.size() == 2, "an entry that is no pair");
      map.put(key(pair.get(0)), pair.get(1));
    }
    return map;
  }

  private static Object set(List<Object> arguments, Allowance copies) {
    if (arguments.isEmpty()) return new ArrayList<>();
    List<Object> items = items(only(arguments));
    copies.take((long) ITEM * items.size());
    return new ArrayList<>(items);
  }

  private static Object noBytes(List<Object> arguments, Allowance copies) {
    require(arguments.isEmpty(), "only empty bytes are made so");
    return new byte[0];
  }

  /** How Python 3 writes bytes in protocols that only know text. */
  private static Object encode(List<Object> arguments, Allowance copies) {
    require(
        arguments.size() == 2
            && arguments.get(0) instanceof String
            && ("latin1".equals(arguments.get(1)) || "latin-1".equals(arguments.get(1))),
        "only texts in latin1 are encoded");
    return latin1((String) arguments.get(0), copies);
  }

  /** The bytes that a text's characters stand for. */
  static byte[] latin1(String text, Allowance copies) {
    copies.take(text.length());
    require(text.chars().allMatch(c -> c < 256), "a character beyond latin1");
    return text.getBytes(ISO_8859_1);
  }

  /** (storage, offset, size, stride, …); what follows matters to training only. */
  private static Object tensor(List<Object> arguments, Allowance copies) {
    require(
        arguments.size() >= 4
            && arguments.get(0) instanceof StorageRef
            && arguments.get(1) instanceof Long,
        "arguments that make no tensor");
    return new View(
        (StorageRef) arguments.get(0),
        (Long) arguments.get(1),
        longs(arguments.get(2)),
        longs(arguments.get(3)));
  }

  private static Object parameter(List<Object> arguments, Allowance copies) {
    require(!arguments.isEmpty() && arguments.get(0) instanceof View, "no tensor to make one of");
    return arguments.get(0);
  }

  private static Object only(List<Object> arguments) {
    require(arguments.size() == 1, "one argument is wanted, not " + arguments.size());
    return arguments.get(0);
  }

  /** The items of a list or a tuple. */
  @SuppressWarnings("unchecked") // Every list of the pickle machine holds objects.
  static List<Object> items(Object value) {
    if (value instanceof Tuple tuple) return tuple.items();
    if (value instanceof List<?> list) return (List<Object>) list;
    throw new IllegalArgumentException(
        "a list is wanted, not " + (value == NONE ? "None" : "another value"));
  }

  /** A shape or strides: a few whole numbers. */
  static long[] longs(Object value) {
    List<Object> items = items(value);
    require(items.size() <= MOST_AXES, "a shape of " + items.size() + " axes");
    return items.stream()
        .mapToLong(
            item -> {
              require(item instanceof Long, "a whole number is wanted");
              return (Long) item;
            })
        .toArray();
  }

  static void require(boolean legal, String message) {
    if (!legal) throw new IllegalArgumentException(message);
  }
}
