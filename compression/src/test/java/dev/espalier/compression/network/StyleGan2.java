package dev.espalier.compression.network;

/**
 * StyleGAN2's generator with skip connections, keys as in NVlabs' stylegan2-ada: a network made of
 * other operations than the U-Net's, to try the readers on.
 */
record StyleGan2(int resolution, int base) {
  private static final int LATENT = 512;

  private int channels(int r) {
    return Math.min(base / r, 512);
  }

  <T> T mapping(Ops<T> ops, T z) {
    T w = z;
    for (int i = 0; i < 8; i++) {
      w = ops.pointwise(Ops.Pointwise.LEAKY_RELU, dense(ops, "mapping.fc" + i, w, LATENT, 0.01));
    }
    return w;
  }

  <T> T synthesis(Ops<T> ops, T w) {
    T x = ops.parameter("synthesis.b4.const", channels(4), 4, 4);
    x = layer(ops, "synthesis.b4.conv1", x, w, channels(4), false);
    T image = toRgb(ops, "synthesis.b4.torgb", x, w);
    for (int r = 8; r <= resolution; r *= 2) {
      String block = "synthesis.b" + r;
      x = layer(ops, block + ".conv0", x, w, channels(r), true);
      x = layer(ops, block + ".conv1", x, w, channels(r), false);
      image = ops.add(ops.upsample(image), toRgb(ops, block + ".torgb", x, w));
    }
    return image;
  }

  private <T> T layer(Ops<T> ops, String key, T x, T w, int out, boolean up) {
    T styles = dense(ops, key + ".affine", w, ops.width(x), 1);
    T h = ops.modulatedConv2d(key, x, styles, Ops.Conv.same(out), up, true);
    h = ops.bias(key + ".bias", ops.noise(key + ".noise_strength", h));
    return ops.pointwise(Ops.Pointwise.LEAKY_RELU, h);
  }

  private <T> T toRgb(Ops<T> ops, String key, T x, T w) {
    T styles = dense(ops, key + ".affine", w, ops.width(x), 1);
    T scaled = ops.affine(styles, 1 / Math.sqrt(ops.width(x)), 0);
    T rgb = ops.modulatedConv2d(key, x, scaled, Ops.Conv.point(3), false, false);
    return ops.bias(key + ".bias", rgb);
  }

  /** Equalised learning rate: lr·(W x / √fan_in + b). */
  private <T> T dense(Ops<T> ops, String key, T x, int out, double lr) {
    T y = ops.affine(ops.linear(key, x, out, false), 1 / Math.sqrt(ops.width(x)), 0);
    return ops.affine(ops.bias(key + ".bias", y), lr, 0);
  }
}
