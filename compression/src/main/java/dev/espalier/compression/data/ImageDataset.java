package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;

/**
 * Images of one size with labels, held in memory as they are stored.
 *
 * @param name what a plan calls it, for instance {@code fashion-mnist-t10k}
 * @param fingerprint SHA-256 of the files it was read from, part of every stage key made from it
 * @param pixels [size, channels, height, width], 0 to 255
 * @param labels [size], a class number each
 */
public record ImageDataset(
    String name,
    String fingerprint,
    int size,
    int channels,
    int height,
    int width,
    byte[] pixels,
    byte[] labels) {

  /** Images at the end that training never sees; the validation loss is taken on them. */
  public static final int HELD_OUT = 256;

  public ImageDataset {
    InvalidInput.require(
        size > HELD_OUT,
        "data set %s has %d images; more than %d are needed",
        name,
        size,
        HELD_OUT);
    if (pixels.length != size * channels * height * width || labels.length != size) {
      throw new IllegalArgumentException(name + ": sizes do not agree");
    }
  }

  /** Images a training may draw from: indices 0 to this, exclusive. */
  public int trainable() {
    return size - HELD_OUT;
  }

  /**
   * The images at {@code indices} in [-1, 1], row-major [n, channels, height, width]; those where
   * {@code flipped} is true are mirrored left to right.
   */
  public float[] images(int[] indices, boolean[] flipped) {
    int area = channels * height * width;
    float[] images = new float[indices.length * area];
    for (int i = 0; i < indices.length; i++) {
      for (int p = 0; p < area; p++) {
        int x = p % width;
        int from = flipped[i] ? p - x + (width - 1 - x) : p;
        images[i * area + p] = (pixels[indices[i] * area + from] & 0xFF) / 127.5f - 1;
      }
    }
    return images;
  }

  /** The images at {@code indices}, none mirrored. */
  public float[] images(int[] indices) {
    return images(indices, new boolean[indices.length]);
  }

  /**
   * Holds the images against those a network works on.
   *
   * @param shape [channels, height, width]
   * @throws InvalidInput if they have another shape
   */
  public void requireShape(int... shape) {
    InvalidInput.require(
        Arrays.equals(shape, imageShape()),
        "data '%s' has images of shape %s; the network works on %s",
        name,
        Arrays.toString(imageShape()),
        Arrays.toString(shape));
  }

  /** [channels, height, width]. */
  public int[] imageShape() {
    return new int[] {channels, height, width};
  }
}
