package dev.espalier.compression.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.tensor.Script;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a network on tensors [N, C, H, W] (or [N, positions, C], [N, C]): what trains and samples.
 * The coarse blocks are single script calls; {@link #composed} leaves them to the compositions of
 * {@link Ops}, to which a test holds them equal.
 */
public final class Run implements Ops<NDArray> {
  private final Script script;
  private final Weights weights;
  private final NDManager scope;
  private final boolean gradient;
  private final boolean fused;
  private final boolean bfloat16;
  private final double dropout;
  private final long dropoutSeed;
  private BiConsumer<String, NDArray> observer = (key, output) -> {};

  private Run(
      Script script,
      Weights weights,
      NDManager scope,
      boolean gradient,
      boolean fused,
      boolean bfloat16,
      double dropout,
      long dropoutSeed) {
    this.script = script;
    this.weights = weights;
    this.scope = scope;
    this.gradient = gradient;
    this.fused = fused;
    this.bfloat16 = bfloat16;
    this.dropout = dropout;
    this.dropoutSeed = dropoutSeed;
  }

  /** For sampling and scoring: no autograd, no dropout. All results are owned by {@code scope}. */
  public static Run inference(Script script, Weights weights, NDManager scope) {
    return new Run(script, weights, scope, false, true, false, 0, 0);
  }

  /**
   * As {@link #inference}, with {@link Weights#toBfloat16 rounded} weights: activations are
   * bfloat16 too.
   */
  public static Run inferenceInBfloat16(Script script, Weights rounded, NDManager scope) {
    return new Run(script, rounded, scope, false, true, true, 0, 0);
  }

  /** With autograd, in evaluation mode: no dropout. */
  public static Run gradient(Script script, Weights weights, NDManager scope) {
    return new Run(script, weights, scope, true, true, false, 0, 0);
  }

  /** With autograd and dropout, whose masks are a function of {@code seed} and the layer's key. */
  public static Run training(
      Script script, Weights weights, NDManager scope, double dropout, long seed) {
    return new Run(script, weights, scope, true, true, false, dropout, seed);
  }

  /**
   * As {@link #training}, with {@link Weights#toBfloat16 rounded} weights: activations are bfloat16
   * too. The network's input is rounded by {@link #rounded}.
   */
  public static Run trainingInBfloat16(
      Script script, Weights rounded, NDManager scope, double dropout, long seed) {
    return new Run(script, rounded, scope, true, true, true, dropout, seed);
  }

  /** The tensor in the precision this reading computes in. */
  public NDArray rounded(NDArray x) {
    return bfloat16 ? call("to_bfloat16", new NDList(x)) : x;
  }

  /** The same reading without fused blocks. */
  public Run composed() {
    return new Run(script, weights, scope, gradient, false, bfloat16, dropout, dropoutSeed);
  }

  /**
   * The same reading without fused blocks; {@code observer} is shown the output of every
   * convolution and linear layer, with the layer's key.
   */
  public Run observed(BiConsumer<String, NDArray> observer) {
    Run run = composed();
    run.observer = observer;
    return run;
  }

  private NDArray seen(String key, NDArray output) {
    observer.accept(key, output);
    return output;
  }

  private NDArray call(String method, Object... arguments) {
    return script.run(scope, method, gradient, arguments).singletonOrThrow();
  }

  private NDArray weight(String key) {
    return weights.get(key + ".weight");
  }

  private NDArray biasOf(String key) {
    return weights.get(key + ".bias");
  }

  @Override
  public NDArray conv2d(String key, NDArray x, Conv conv) {
    return seen(key, call("conv2d", x, weight(key), biasOf(key), conv.stride(), conv.padding()));
  }

  @Override
  public NDArray linear(String key, NDArray x, int out, boolean bias) {
    return seen(
        key,
        bias
            ? call("linear", x, weight(key), biasOf(key))
            : call("linear_no_bias", x, weight(key)));
  }

  @Override
  public NDArray groupNorm(String key, NDArray x, Norm norm) {
    return call("group_norm", x, weight(key), biasOf(key), norm.groups(), norm.eps());
  }

  @Override
  public NDArray layerNorm(String key, NDArray x, double eps) {
    throw unsupported("layerNorm");
  }

  @Override
  public NDArray embedding(String key, @Nullable NDArray index, int entries, int out) {
    if (index == null) throw new IllegalArgumentException(key + ": a class index is needed");
    return call("embedding", index, weight(key));
  }

  @Override
  public NDArray parameter(String key, int... shape) {
    return weights.get(key);
  }

  @Override
  public NDArray modulatedConv2d(
      String key, NDArray x, NDArray styles, Conv conv, boolean up, boolean demodulate) {
    throw unsupported("modulatedConv2d");
  }

  @Override
  public NDArray bias(String key, NDArray x) {
    throw unsupported("bias");
  }

  @Override
  public NDArray noise(String key, NDArray x) {
    throw unsupported("noise");
  }

  private static UnsupportedOperationException unsupported(String operation) {
    return new UnsupportedOperationException(operation + " cannot be run on tensors yet");
  }

  @Override
  public NDArray pointwise(Pointwise function, NDArray x) {
    return call(
        switch (function) {
          case SILU -> "silu";
          case GELU -> "gelu";
          case LEAKY_RELU -> "leaky_relu";
        },
        x);
  }

  @Override
  public NDArray affine(NDArray x, double scale, double shift) {
    return call("affine", x, scale, shift);
  }

  @Override
  public NDArray add(NDArray a, NDArray b) {
    return call("add", a, b);
  }

  @Override
  public NDArray multiply(NDArray a, NDArray b) {
    return call("multiply", a, b);
  }

  @Override
  public NDArray concat(NDArray a, NDArray b) {
    return call("concat", a, b);
  }

  @Override
  public List<NDArray> chunk(NDArray x, int parts) {
    return script.run(scope, "chunk", gradient, x, parts);
  }

  @Override
  public NDArray attention(NDArray q, NDArray k, NDArray v, int heads) {
    return call("attention", q, k, v, heads);
  }

  @Override
  public NDArray timestepEmbedding(NDArray timestep, int width, boolean cosineFirst, double shift) {
    return rounded(call("timestep_embedding", timestep, width, cosineFirst, shift));
  }

  @Override
  public NDArray upsample(NDArray x) {
    return call("upsample", x);
  }

  @Override
  public NDArray averagePool(NDArray x) {
    return call("average_pool", x);
  }

  /** Means over all positions, [N, C, H, W] to [N, C]; for networks that are only ever run. */
  public NDArray globalAverage(NDArray x) {
    return call("mean_positions", x);
  }

  @Override
  public NDArray pad(NDArray x, int right, int bottom) {
    return call("pad", x, right, bottom);
  }

  @Override
  public NDArray tokens(NDArray x) {
    return call("tokens", x);
  }

  @Override
  public NDArray image(NDArray tokens, NDArray like) {
    return call("image", tokens, like);
  }

  @Override
  public int width(NDArray x) {
    long[] shape = x.getShape().getShape();
    return Math.toIntExact(shape.length == 3 ? shape[2] : shape[1]);
  }

  @Override
  public boolean has(String key, boolean declared) {
    return weights.has(key + ".weight");
  }

  @Override
  public NDArray dropout(String key, NDArray x) {
    return dropout == 0 ? x : call("dropout", x, dropout, dropoutSeed * 31 + key.hashCode());
  }

  @Override
  public NDArray resnetBlock(String key, NDArray x, NDArray temb, Resnet r) {
    boolean plain = !r.scaleShift() && r.resample() == Resnet.Resample.NONE && dropout == 0;
    if (!fused || !plain || !weights.has(key + ".conv1.weight")) {
      return Ops.super.resnetBlock(key, x, temb, r);
    }
    Object block =
        weights.block(
            key, ".norm1", ".conv1", ".time_emb_proj", ".norm2", ".conv2", ".conv_shortcut");
    return call(
        gradient ? "resnet" : "resnet_sampling", x, temb, block, r.norm().groups(), r.norm().eps());
  }

  @Override
  public NDArray attentionBlock(String key, NDArray x, Norm norm, int heads) {
    if (!fused || !weights.has(key + ".group_norm.weight")) {
      return Ops.super.attentionBlock(key, x, norm, heads);
    }
    Object block = weights.block(key, ".group_norm", ".to_q", ".to_k", ".to_v", ".to_out.0");
    return call("attention_block", x, block, norm.groups(), norm.eps(), heads);
  }

  @Override
  public NDArray downsample(String key, NDArray x, int padding) {
    if (!fused) return Ops.super.downsample(key, x, padding);
    return call("downsample", x, weight(key + ".conv"), biasOf(key + ".conv"), padding);
  }

  @Override
  public NDArray upsampleConv(String key, NDArray x) {
    if (!fused) return Ops.super.upsampleConv(key, x);
    return call("upsample_conv", x, weight(key + ".conv"), biasOf(key + ".conv"));
  }
}
