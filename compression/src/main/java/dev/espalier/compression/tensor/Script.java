package dev.espalier.compression.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.ScriptMethod;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A TorchScript module and the calling of its methods. The one that {@link Torch.Session#script}
 * hands out has the torch operations DJL lacks, as functional methods; source and authoring
 * command: {@code compression/src/main/python/author_ops.py}.
 */
public final class Script {
  private final PtSymbolBlock block;

  private Script(PtSymbolBlock block) {
    this.block = block;
  }

  static Script load(NDManager manager) {
    try (InputStream resource = Script.class.getResourceAsStream("ops.pt")) {
      if (resource == null) throw new IllegalStateException("the resource ops.pt is missing");
      return load(manager, resource);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The module in {@code file}, owned by {@code manager} and on its device.
   *
   * @throws ai.djl.engine.EngineException if it is no TorchScript module
   * @throws IOException if it cannot be read
   */
  public static Script load(NDManager manager, InputStream file) throws IOException {
    return new Script(JniUtils.loadModule((PtNDManager) manager, file, true, false));
  }

  /**
   * Calls {@code method} without autograd; its tensors are owned by {@code scope}. Arguments may be
   * tensors, lists of tensors (or {@link #list} made once), {@code int}, {@code long}, {@code
   * double}, {@code boolean}, {@code String} and {@code long[]}.
   */
  public NDList call(NDManager scope, String method, Object... arguments) {
    return run(scope, method, false, arguments);
  }

  /** As {@link #call}, for one tensor. */
  public NDArray compute(NDManager scope, String method, Object... arguments) {
    return run(scope, method, false, arguments).singletonOrThrow();
  }

  /** Calls {@code method} with autograd when {@code grad}. */
  public NDList run(NDManager scope, String method, boolean grad, Object... arguments) {
    try (IValue result = raw(method, grad, arguments)) {
      return result.toNDList((PtNDManager) scope);
    }
  }

  /**
   * As {@link #run}, kept on the script's side as an argument of later calls; the caller closes it.
   */
  public IValue keep(String method, boolean grad, Object... arguments) {
    return raw(method, grad, arguments);
  }

  /** Calls a method for its effect on its arguments. */
  public void apply(String method, Object... arguments) {
    raw(method, false, arguments).close();
  }

  /** The text that a method without arguments returns. */
  public String text(String method) {
    try (IValue result = raw(method, false)) {
      return result.toStringValue();
    }
  }

  private IValue raw(String method, boolean grad, Object... arguments) {
    IValue[] values = new IValue[arguments.length];
    try {
      for (int i = 0; i < values.length; i++) values[i] = value(arguments[i]);
      return ScriptMethod.run(block, method, grad, values);
    } finally {
      for (int i = 0; i < values.length; i++) {
        if (values[i] != null && values[i] != arguments[i]) values[i].close();
      }
    }
  }

  /**
   * A list argument made once for many calls; changes in place are seen by later calls. The caller
   * closes it.
   */
  public static IValue list(List<? extends NDArray> arrays) {
    return IValue.listFrom(arrays.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
  }

  private static IValue value(Object argument) {
    if (argument instanceof IValue v) return v;
    if (argument instanceof PtNDArray a) return IValue.from(a);
    if (argument instanceof NDList l) return list(l);
    if (argument instanceof Integer i) return IValue.from(i.longValue());
    if (argument instanceof Long l) return IValue.from(l.longValue());
    if (argument instanceof Double d) return IValue.from(d.doubleValue());
    if (argument instanceof Boolean b) return IValue.from(b.booleanValue());
    if (argument instanceof String s) return IValue.from(s);
    if (argument instanceof long[] l) return IValue.listFrom(l);
    throw new IllegalArgumentException("no script type for " + argument.getClass());
  }
}
