package dev.espalier.compression.checkpoint;

import dev.espalier.compression.tensor.Dtype;
import java.util.List;

/** What the pickle machine works on beside plain Java values. */
final class Pickled {
  private Pickled() {}

  /** Python's None, while the machine runs. */
  enum None {
    NONE
  }

  /** Python's tuple; lists, unlike tuples, can grow. */
  record Tuple(List<Object> items) {}

  /** A name that a pickle may refer to, and what stands behind it. */
  record Global(String name, Object meaning) {}

  /** What a pickle may call. */
  @FunctionalInterface
  interface Call {
    /**
     * @throws IllegalArgumentException saying what is wrong with the arguments
     */
    Object call(List<Object> arguments, Allowance copies);
  }

  /** The elements' type of a storage; the class {@code torch.FloatStorage} and its like. */
  record StorageType(Dtype dtype) {}

  /** Elements that lie outside the pickle. */
  record StorageRef(Dtype dtype, String key, long elements) {}

  /** A tensor before its storage is looked up; offset and strides count elements. */
  record View(StorageRef storage, long offset, long[] size, long[] stride) {}
}
