package dev.espalier.compression.network;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a network's {@code forward} is written against. {@code T} is whatever the reader computes
 * on: a tensor ({@code Run}), channel labels ({@code Couple}), a size ({@code Count}), a width
 * ({@link Declare}), a node ({@code Order}).
 *
 * <p>Layers are addressed by their dotted reference key, so {@code conv2d("conv_in", …)} owns
 * {@code conv_in.weight} and {@code conv_in.bias}. Every width named here ({@code out}) is the one
 * of the unpruned design; only {@link Declare} uses it, everywhere else the shapes of the weights
 * say the widths. Activations are {@code [batch, channels, height, width]}, or {@code [batch,
 * positions, channels]} between {@link #tokens} and {@link #image}, or {@code [batch, channels]}.
 *
 * <p>Methods with a body are composites of the others. A reader may override any of them, for a
 * fused kernel or to keep less in memory; an override has to equal the composition it replaces.
 */
public interface Ops<T> {
  /** A function applied to each element. GELU is the exact one, the leaky slope is 0.2. */
  enum Pointwise {
    SILU,
    GELU,
    LEAKY_RELU
  }

  /** A square convolution; {@code padding} zeros on every side. */
  record Conv(int out, int kernel, int stride, int padding) {
    /** 3×3, keeping the extent. */
    public static Conv same(int out) {
      return new Conv(out, 3, 1, 1);
    }

    /** 1×1. */
    public static Conv point(int out) {
      return new Conv(out, 1, 1, 0);
    }
  }

  /** Group normalisation over {@code groups} contiguous blocks of channels. */
  record Norm(int groups, double eps) {}

  // Layers with weights.

  /** Convolution with a bias; weight {@code [out, in, kernel, kernel]}. */
  T conv2d(String key, T x, Conv conv);

  /** {@code x·Wᵀ (+ b)} over the channel axis; weight {@code [out, in]}. */
  T linear(String key, T x, int out, boolean bias);

  /** Group normalisation with learned scale and shift per channel. */
  T groupNorm(String key, T x, Norm norm);

  /** Normalisation over channels, with learned scale and shift. */
  T layerNorm(String key, T x, double eps);

  /** Row {@code index} of a table {@code [entries, out]}; null where a reader needs no index. */
  T embedding(String key, @Nullable T index, int entries, int out);

  /** A learned tensor used as an activation, axis 0 the channels (StyleGAN2's constant). */
  T parameter(String key, int... shape);

  /**
   * StyleGAN2's convolution: weights multiplied per sample and input channel by {@code styles},
   * then brought to unit norm if {@code demodulate}; {@code up} doubles the extent.
   */
  T modulatedConv2d(String key, T x, T styles, Conv conv, boolean up, boolean demodulate);

  /** Adds the learned vector {@code key}, one value per channel. */
  T bias(String key, T x);

  /** Adds noise per position, times the learned scalar {@code key}. */
  T noise(String key, T x);

  // Arithmetic. In add and multiply a [batch, channels] operand stands at every position.

  T pointwise(Pointwise function, T x);

  /** {@code scale·x + shift}. */
  T affine(T x, double scale, double shift);

  T add(T a, T b);

  T multiply(T a, T b);

  /** {@code a}'s channels, then {@code b}'s. */
  T concat(T a, T b);

  /** {@code parts} equal contiguous ranges of channels. */
  List<T> chunk(T x, int parts);

  /**
   * Scaled dot-product attention on {@code [batch, positions, channels]}; the scale is 1/√(current
   * width of a head), so it changes when channels are pruned.
   */
  T attention(T q, T k, T v, int heads);

  // Positions.

  /**
   * The sinusoidal embedding of a timestep, {@code width} wide: frequencies 10000^(−i/(width/2 −
   * shift)), cosines before sines if {@code cosineFirst}.
   */
  T timestepEmbedding(T timestep, int width, boolean cosineFirst, double shift);

  /** Nearest neighbour, twice the extent. */
  T upsample(T x);

  /** 2×2 means, half the extent. */
  T averagePool(T x);

  /** Zeros to the right and below. */
  T pad(T x, int right, int bottom);

  /** {@code [batch, channels, h, w]} to {@code [batch, h·w, channels]}. */
  T tokens(T x);

  /** The inverse of {@link #tokens}, with the extent of {@code like}. */
  T image(T tokens, T like);

  // What the weights say.

  /** Number of channels. */
  int width(T x);

  /** Whether the layer {@code key} exists; {@code declared} answers while there are no weights. */
  boolean has(String key, boolean declared);

  // Hooks and composites.

  /** Dropout while training; {@code key} names this place for the counter-based random draw. */
  default T dropout(String key, T x) {
    return x;
  }

  /** A named intermediate result, for feature distillation and for comparing with the reference. */
  default T feature(String key, T x) {
    return x;
  }

  /**
   * A layer that may have been left out, {@code without} then standing in for it. It is there if
   * and only if {@code key + first} has weights.
   */
  default T skippable(String key, String first, T without, Supplier<T> whole) {
    return has(key + first, true) ? whole.get() : without;
  }

  default T silu(T x) {
    return pointwise(Pointwise.SILU, x);
  }

  default T linear(String key, T x, int out) {
    return linear(key, x, out, true);
  }

  /**
   * A residual block.
   *
   * @param scaleShift whether the time embedding scales and shifts after the second norm, instead
   *     of being added before it
   * @param resample change of extent inside the block
   */
  record Resnet(int out, Norm norm, boolean scaleShift, Resample resample) {
    /** Change of extent. */
    public enum Resample {
      NONE,
      UP,
      DOWN
    }

    public Resnet(int out, Norm norm, boolean scaleShift) {
      this(out, norm, scaleShift, Resample.NONE);
    }
  }

  /**
   * diffusers {@code ResnetBlock2D}: norm, SiLU, conv, time embedding, norm, SiLU, conv, residual.
   */
  default T resnetBlock(String key, T input, T temb, Resnet r) {
    T x = resample(input, r.resample());
    T skip =
        has(key + ".conv_shortcut", width(input) != r.out())
            ? conv2d(key + ".conv_shortcut", x, Conv.point(r.out()))
            : x;
    return skippable(
        key,
        ".conv1",
        skip,
        () -> {
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
          h = dropout(key + ".dropout", silu(h));
          return add(skip, conv2d(key + ".conv2", h, Conv.same(r.out())));
        });
  }

  private T resample(T x, Resnet.Resample how) {
    return switch (how) {
      case NONE -> x;
      case UP -> upsample(x);
      case DOWN -> averagePool(x);
    };
  }

  /** Self-attention over positions with its own GroupNorm and residual (UNet2D, VAE). */
  default T attentionBlock(String key, T x, Norm norm, int heads) {
    return skippable(
        key,
        ".group_norm",
        x,
        () -> {
          T t = tokens(groupNorm(key + ".group_norm", x, norm));
          // The order of the operands is diffusers'; it decides in which order groups are visited.
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

  /** Stride-2 convolution; without padding, a zero column and row are added right and below. */
  default T downsample(String key, T x, int padding) {
    T padded = padding == 0 ? pad(x, 1, 1) : x;
    return conv2d(key + ".conv", padded, new Conv(width(x), 3, 2, padding));
  }

  /** Nearest-neighbour doubling and a convolution. */
  default T upsampleConv(String key, T x) {
    return conv2d(key + ".conv", upsample(x), Conv.same(width(x)));
  }

  /** A spatial transformer of {@code depth} blocks, projected by 1×1 convolutions or linears. */
  record Transformer(int depth, int heads, Norm norm, boolean linearProjection) {}

  /**
   * diffusers {@code Transformer2DModel}: norm, projection in, the blocks, projection out,
   * residual.
   */
  default T transformer(String key, T x, T context, Transformer t) {
    return skippable(
        key,
        ".norm",
        x,
        () -> {
          int width = width(x);
          T h = groupNorm(key + ".norm", x, t.norm());
          h =
              t.linearProjection()
                  ? linear(key + ".proj_in", tokens(h), width)
                  : tokens(conv2d(key + ".proj_in", h, Conv.point(width)));
          for (int i = 0; i < t.depth(); i++) {
            h = transformerBlock(key + ".transformer_blocks." + i, h, context, t.heads());
          }
          h =
              t.linearProjection()
                  ? image(linear(key + ".proj_out", h, width), x)
                  : conv2d(key + ".proj_out", image(h, x), Conv.point(width));
          return add(x, h);
        });
  }

  /** Self-attention, cross-attention on {@code context}, and a gated feed-forward (GEGLU). */
  default T transformerBlock(String key, T x, T context, int heads) {
    return skippable(
        key,
        ".norm1",
        x,
        () -> {
          T n = layerNorm(key + ".norm1", x, 1e-5);
          T h = add(x, attend(key + ".attn1", n, n, heads, false));
          n = layerNorm(key + ".norm2", h, 1e-5);
          h = add(h, attend(key + ".attn2", n, context, heads, false));
          n = layerNorm(key + ".norm3", h, 1e-5);
          List<T> halves = chunk(linear(key + ".ff.net.0.proj", n, 8 * width(h)), 2);
          T gated = multiply(halves.get(0), pointwise(Pointwise.GELU, halves.get(1)));
          return add(h, linear(key + ".ff.net.2", gated, width(h)));
        });
  }
}
