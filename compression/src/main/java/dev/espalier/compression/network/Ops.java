package dev.espalier.compression.network;

import java.util.List;
import java.util.function.Supplier;

/**
 * What a network's {@code forward} is written against. {@code T} is whatever the reader computes on: a tensor, channel
 * labels, a size, a width. Layers are addressed by their dotted reference key; declared widths are used only where no
 * weights exist yet ({@link Declare}), everywhere else the weights' shapes say the widths.
 */
public interface Ops<T> {
  enum Pointwise { SILU, GELU, LEAKY_RELU }

  record Conv(int out, int kernel, int stride, int padding) {
    public static Conv same(int out) { return new Conv(out, 3, 1, 1); }

    public static Conv point(int out) { return new Conv(out, 1, 1, 0); }
  }

  record Norm(int groups, double eps) {}

  // --- layers with weights
  T conv2d(String key, T x, Conv conv);

  T linear(String key, T x, int out, boolean bias);

  T groupNorm(String key, T x, Norm norm);

  T layerNorm(String key, T x, double eps);

  T embedding(String key, T index, int entries, int out);

  /** A learned tensor used as an activation, axis 0 the channels (StyleGAN2's constant). */
  T parameter(String key, int... shape);

  /** StyleGAN2: weights scaled per sample and input channel by {@code styles}, optionally demodulated, up by 2. */
  T modulatedConv2d(String key, T x, T styles, Conv conv, boolean up, boolean demodulate);

  T bias(String key, T x);

  T noise(String key, T x);

  // --- arithmetic; add and multiply broadcast a [channels] vector over positions
  T pointwise(Pointwise function, T x);

  T affine(T x, double scale, double shift);

  T add(T a, T b);

  T multiply(T a, T b);

  T concat(T a, T b);

  List<T> chunk(T x, int parts);

  /** Query, key, value: [positions, channels]; the softmax scale is 1/sqrt(current head width). */
  T attention(T q, T k, T v, int heads);

  // --- positions
  T timestepEmbedding(T timestep, int width, boolean cosineFirst, double shift);

  T upsample(T x);

  T averagePool(T x);

  T pad(T x, int right, int bottom);

  /** [channels, h, w] to [h*w, channels] and back to the extent of {@code like}. */
  T tokens(T x);

  T image(T tokens, T like);

  // --- what the weights say
  int width(T x);

  /** Whether this layer exists; {@code declared} answers while there are no weights. */
  boolean has(String key, boolean declared);

  // --- composites: a reader may override any of them (fused kernel, checkpointing, skipping)

  /** A layer that may be left out, {@code without} standing in for it; it is there iff {@code first} has weights. */
  default T skippable(String key, String first, T without, Supplier<T> whole) {
    return has(key + first, true) ? whole.get() : without;
  }

  /** A named intermediate result, for feature distillation and for comparing with the reference. */
  default T feature(String key, T x) { return x; }

  default T silu(T x) { return pointwise(Pointwise.SILU, x); }

  default T linear(String key, T x, int out) { return linear(key, x, out, true); }

  record Resnet(int out, Norm norm, boolean scaleShift, Resample resample) {
    enum Resample { NONE, UP, DOWN }

    public Resnet(int out, Norm norm, boolean scaleShift) { this(out, norm, scaleShift, Resample.NONE); }
  }

  default T resnetBlock(String key, T input, T temb, Resnet r) {
    T x = resample(input, r.resample());
    T skip = has(key + ".conv_shortcut", width(input) != r.out())
        ? conv2d(key + ".conv_shortcut", x, Conv.point(r.out())) : x;
    return skippable(key, ".conv1", skip, () -> {
      T h = resample(silu(groupNorm(key + ".norm1", input, r.norm())), r.resample());
      h = conv2d(key + ".conv1", h, Conv.same(r.out()));
      T t = linear(key + ".time_emb_proj", silu(temb), r.scaleShift() ? 2 * r.out() : r.out());
      if (r.scaleShift()) {
        List<T> st = chunk(t, 2);
        h = groupNorm(key + ".norm2", h, r.norm());
        h = add(multiply(h, affine(st.get(0), 1, 1)), st.get(1));
      } else {
        h = groupNorm(key + ".norm2", add(h, t), r.norm());
      }
      return add(skip, conv2d(key + ".conv2", silu(h), Conv.same(r.out())));
    });
  }

  private T resample(T x, Resnet.Resample how) {
    return switch (how) { case NONE -> x; case UP -> upsample(x); case DOWN -> averagePool(x); };
  }

  /** Self-attention over positions with its own GroupNorm and residual (UNet2D, VAE). */
  default T attentionBlock(String key, T x, Norm norm, int heads) {
    return skippable(key, ".group_norm", x, () -> {
      T t = tokens(groupNorm(key + ".group_norm", x, norm));
      return add(image(attend(key, t, t, heads, true), x), x);
    });
  }

  /** Projections, attention and output projection (diffusers {@code Attention}). */
  default T attend(String key, T x, T context, int heads, boolean biased) {
    int out = width(x);
    T q = linear(key + ".to_q", x, out, biased);
    T k = linear(key + ".to_k", context, out, biased);
    T v = linear(key + ".to_v", context, out, biased);
    return linear(key + ".to_out.0", attention(q, k, v, heads), out);
  }

  default T downsample(String key, T x, int padding) {
    T padded = padding == 0 ? pad(x, 1, 1) : x;
    return conv2d(key + ".conv", padded, new Conv(width(x), 3, 2, padding));
  }

  default T upsampleConv(String key, T x) { return conv2d(key + ".conv", upsample(x), Conv.same(width(x))); }

  record Transformer(int depth, int heads, Norm norm, boolean linearProjection) {}

  /** Spatial transformer: self-attention, cross-attention and GEGLU, {@code depth} times (diffusers Transformer2D). */
  default T transformer(String key, T x, T context, Transformer t) {
    return skippable(key, ".norm", x, () -> {
      int width = width(x);
      T h = groupNorm(key + ".norm", x, t.norm());
      h = t.linearProjection() ? linear(key + ".proj_in", tokens(h), width)
          : tokens(conv2d(key + ".proj_in", h, Conv.point(width)));
      for (int i = 0; i < t.depth(); i++)
        h = transformerBlock(key + ".transformer_blocks." + i, h, context, t.heads());
      h = t.linearProjection() ? image(linear(key + ".proj_out", h, width), x)
          : conv2d(key + ".proj_out", image(h, x), Conv.point(width));
      return add(x, h);
    });
  }

  default T transformerBlock(String key, T x, T context, int heads) {
    return skippable(key, ".norm1", x, () -> {
      T n = layerNorm(key + ".norm1", x, 1e-5);
      T h = add(x, attend(key + ".attn1", n, n, heads, false));
      h = add(h, attend(key + ".attn2", layerNorm(key + ".norm2", h, 1e-5), context, heads, false));
      List<T> halves = chunk(linear(key + ".ff.net.0.proj", layerNorm(key + ".norm3", h, 1e-5), 8 * width(h)), 2);
      T gated = multiply(halves.get(0), pointwise(Pointwise.GELU, halves.get(1)));
      return add(h, linear(key + ".ff.net.2", gated, width(h)));
    });
  }
}
