package dev.espalier.compression.network;

/**
 * A reader that looks at channels only: what acts on each channel alone or moves positions hands
 * its input on.
 */
public interface ByChannel<T> extends Ops<T> {
  @Override
  default T noise(String key, T x) {
    return x;
  }

  @Override
  default T pointwise(Pointwise function, T x) {
    return x;
  }

  @Override
  default T affine(T x, double scale, double shift) {
    return x;
  }

  @Override
  default T multiply(T a, T b) {
    return add(a, b);
  }

  @Override
  default T upsample(T x) {
    return x;
  }

  @Override
  default T averagePool(T x) {
    return x;
  }

  @Override
  default T pad(T x, int right, int bottom) {
    return x;
  }

  @Override
  default T tokens(T x) {
    return x;
  }

  @Override
  default T image(T tokens, T like) {
    return tokens;
  }
}
