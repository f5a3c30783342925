package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtSymbolBlock;

/**
 * Runs a named TorchScript method with autograd on or off. DJL offers this with autograd off only;
 * the native call behind it is package-private, hence this package.
 */
public final class ScriptMethod {
  private ScriptMethod() {}

  /**
   * With {@code grad} off the results are inference tensors, which no gradient can flow through.
   */
  public static IValue run(PtSymbolBlock block, String method, boolean grad, IValue... arguments) {
    long[] handles = new long[arguments.length];
    for (int i = 0; i < handles.length; i++) handles[i] = arguments[i].getHandle();
    return new IValue(
        PyTorchLibrary.LIB.moduleRunMethod(block.getHandle(), method, handles, grad, false));
  }
}
