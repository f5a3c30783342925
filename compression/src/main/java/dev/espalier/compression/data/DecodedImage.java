package dev.espalier.compression.data;

/**
 * One image as its file holds it, without colour management.
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param samples [height, width, channels], 0 to 255
 */
record DecodedImage(int channels, int width, int height, byte[] samples) {
  DecodedImage {
    if (samples.length != channels * width * height) {
      throw new IllegalArgumentException("sizes do not agree");
    }
  }

  /** The part whose upper left corner lies at ({@code left}, {@code top}). */
  DecodedImage crop(int left, int top, int width, int height) {
    if (width == this.width && height == this.height) return this;
    byte[] part = new byte[channels * width * height];
    for (int y = 0; y < height; y++) {
      int from = ((top + y) * this.width + left) * channels;
      System.arraycopy(samples, from, part, y * width * channels, width * channels);
    }
    return new DecodedImage(channels, width, height, part);
  }

  /**
   * Writes the image as [wanted channels, height, width] from {@code at} on; grey fills all three
   * channels of a colour image alike.
   */
  void planes(int wanted, byte[] into, int at) {
    int area = width * height;
    for (int c = 0; c < wanted; c++) {
      int band = channels == 1 ? 0 : c;
      for (int p = 0; p < area; p++) into[at + c * area + p] = samples[p * channels + band];
    }
  }
}
