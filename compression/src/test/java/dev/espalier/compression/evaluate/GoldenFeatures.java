package dev.espalier.compression.evaluate;

import dev.espalier.compression.tensor.Tensor;

/** The feature clouds of the golden values: sines of products, six wide. */
final class GoldenFeatures {
  static final int WIDTH = 6;

  private GoldenFeatures() {}

  static Tensor real(int rows) {
    double[] values = new double[rows * WIDTH];
    for (int at = 0; at < values.length; at++) {
      int i = at / WIDTH + 1;
      int j = at % WIDTH + 1;
      values[at] = Math.sin(.731 * i * j + 1.913 * i);
    }
    return Tensor.of(values, rows, WIDTH);
  }

  static Tensor fake(int rows) {
    double[] values = new double[rows * WIDTH];
    for (int at = 0; at < values.length; at++) {
      int i = at / WIDTH + 1;
      int j = at % WIDTH + 1;
      values[at] = .8 * Math.sin(.577 * i * j + 2.171 * i) + .15 * Math.cos(.3 * (j - 1));
    }
    return Tensor.of(values, rows, WIDTH);
  }
}
