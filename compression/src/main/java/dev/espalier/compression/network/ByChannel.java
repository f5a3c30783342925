package dev.espalier.compression.network;

/** Readers that look at channels only: everything that acts per channel or moves positions hands its input on. */
public interface ByChannel<T> extends Ops<T> {
  default T noise(String key, T x) { return x; }

  default T pointwise(Pointwise function, T x) { return x; }

  default T affine(T x, double scale, double shift) { return x; }

  default T multiply(T a, T b) { return add(a, b); }

  default T upsample(T x) { return x; }

  default T averagePool(T x) { return x; }

  default T pad(T x, int right, int bottom) { return x; }

  default T tokens(T x) { return x; }

  default T image(T tokens, T like) { return tokens; }
}
