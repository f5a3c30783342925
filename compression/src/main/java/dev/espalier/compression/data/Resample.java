package dev.espalier.compression.data;

/**
 * Bilinear resizing with antialiasing, in the arithmetic of Pillow's {@code Image.resize(size,
 * BILINEAR)}, which torchvision's {@code Resize} uses on images: a triangle as wide as the
 * reduction, 22-bit fixed-point weights, columns first, rounded to 8 bits in between. Equal to
 * Pillow to the last bit.
 */
final class Resample {
  private static final int PRECISION = 32 - 8 - 2;

  private Resample() {}

  /** Which samples of a line make one new sample, and how much of each. */
  private record Taps(int first, int[] weights) {}

  static DecodedImage bilinear(DecodedImage image, int width, int height) {
    return rows(columns(image, width), height);
  }

  private static DecodedImage columns(DecodedImage image, int width) {
    if (width == image.width()) return image;
    Taps[] taps = taps(image.width(), width);
    int channels = image.channels();
    byte[] in = image.samples();
    byte[] out = new byte[channels * width * image.height()];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        int from = (y * image.width() + taps[x].first()) * channels;
        int to = (y * width + x) * channels;
        for (int c = 0; c < channels; c++) {
          out[to + c] = weigh(in, from + c, channels, taps[x].weights());
        }
      }
    }
    return new DecodedImage(channels, width, image.height(), out);
  }

  private static DecodedImage rows(DecodedImage image, int height) {
    if (height == image.height()) return image;
    Taps[] taps = taps(image.height(), height);
    int line = image.width() * image.channels();
    byte[] in = image.samples();
    byte[] out = new byte[line * height];
    for (int y = 0; y < height; y++) {
      int from = taps[y].first() * line;
      for (int i = 0; i < line; i++) {
        out[y * line + i] = weigh(in, from + i, line, taps[y].weights());
      }
    }
    return new DecodedImage(image.channels(), image.width(), height, out);
  }

  private static byte weigh(byte[] in, int from, int stride, int[] weights) {
    int sum = 1 << (PRECISION - 1);
    for (int i = 0; i < weights.length; i++) sum += (in[from + i * stride] & 0xFF) * weights[i];
    return (byte) Math.min(255, Math.max(0, sum >> PRECISION));
  }

  private static Taps[] taps(int from, int to) {
    double scale = (double) from / to;
    double support = Math.max(scale, 1);
    Taps[] taps = new Taps[to];
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      int first = Math.max(0, (int) (centre - support + 0.5));
      int end = Math.min(from, (int) (centre + support + 0.5));
      double[] weights = new double[end - first];
      double sum = 0;
      for (int j = 0; j < weights.length; j++) {
        double distance = Math.abs((j + first - centre + 0.5) * (1 / support));
        weights[j] = distance < 1 ? 1 - distance : 0;
        sum += weights[j];
      }
      taps[i] = new Taps(first, fixed(weights, sum));
    }
    return taps;
  }

  private static int[] fixed(double[] weights, double sum) {
    int[] fixed = new int[weights.length];
    for (int i = 0; i < fixed.length; i++) {
      fixed[i] = (int) (0.5 + weights[i] / sum * (1 << PRECISION));
    }
    return fixed;
  }
}
