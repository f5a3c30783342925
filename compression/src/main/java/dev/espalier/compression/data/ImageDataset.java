package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Images of one size in a fixed order, with or without labels. What they are is known at once; the
 * pixels are read when they are first asked for, and a large set stays on disk. Reading is safe on
 * any thread, and its result does not depend on how many threads decode.
 */
public final class ImageDataset {
  /** Images at the end that training never sees; the validation loss is taken on them. */
  public static final int HELD_OUT = 256;

  private final Facts facts;
  private final DecodingThreads threads;
  private final Supplier<Content> content;

  /**
   * What a data set is, before its pixels are read.
   *
   * @param name what a plan calls it, for instance {@code fashion-mnist-t10k}
   * @param fingerprint SHA-256 of its contents, part of every stage key made from it
   * @param skipped files left out because they cannot be used
   */
  record Facts(
      String name, String fingerprint, int size, int channels, int height, int width, int skipped) {
    Facts {
      InvalidInput.require(
          size > HELD_OUT,
          "data set %s has %d images; more than %d are needed",
          name,
          size,
          HELD_OUT);
    }
  }

  /**
   * The pixels, and a class number per image or nothing.
   *
   * @param labels [size] or empty
   */
  record Content(ImageSource images, byte[] labels) {}

  /** A set whose {@code content} is asked for once, when an image or a label is. */
  ImageDataset(Facts facts, DecodingThreads threads, Supplier<Content> content) {
    this.facts = facts;
    this.threads = threads;
    this.content = once(content);
  }

  /**
   * A set held in memory.
   *
   * @param name what a plan calls it
   * @param fingerprint SHA-256 of its contents
   * @param pixels [size, channels, height, width], 0 to 255
   * @param labels [size], a class number each, or empty
   */
  public ImageDataset(
      String name,
      String fingerprint,
      int size,
      int channels,
      int height,
      int width,
      byte[] pixels,
      byte[] labels) {
    this(
        new Facts(name, fingerprint, size, channels, height, width, 0),
        DecodingThreads.SHARED,
        () -> new Content(ImageSource.held(pixels, channels * height * width), labels));
    long area = (long) channels * height * width;
    if (pixels.length != size * area || (labels.length != 0 && labels.length != size)) {
      throw new IllegalArgumentException(name + ": sizes do not agree");
    }
  }

  private static Supplier<Content> once(Supplier<Content> content) {
    return new Supplier<>() {
      private @Nullable Content read;

      @Override
      public synchronized Content get() {
        if (read == null) read = content.get();
        return read;
      }
    };
  }

  /** What a plan calls it. */
  public String name() {
    return facts.name();
  }

  /** SHA-256 of the contents and of what is done to them; part of every stage key made from it. */
  public String fingerprint() {
    return facts.fingerprint();
  }

  /** Images in all. */
  public int size() {
    return facts.size();
  }

  /** 1 (grey) or 3 (red, green, blue). */
  public int channels() {
    return facts.channels();
  }

  /** Pixels in a column. */
  public int height() {
    return facts.height();
  }

  /** Pixels in a row. */
  public int width() {
    return facts.width();
  }

  /** Files left out because they cannot be used; 0 unless the plan allows it. */
  public int skipped() {
    return facts.skipped();
  }

  /** Images a training may draw from: indices 0 to this, exclusive. */
  public int trainable() {
    return size() - HELD_OUT;
  }

  /** [channels, height, width]. */
  public int[] imageShape() {
    return new int[] {channels(), height(), width()};
  }

  /**
   * A class number per image, [size].
   *
   * @throws InvalidInput if the set has none
   */
  public byte[] labels() {
    byte[] labels = content.get().labels();
    InvalidInput.require(
        labels.length == size(), "data '%s' has no labels, which a classifier learns from", name());
    return labels;
  }

  /**
   * The images at {@code indices} in [-1, 1], row-major [n, channels, height, width]; those where
   * {@code flipped} is true are mirrored left to right.
   */
  public float[] images(int[] indices, boolean[] flipped) {
    return ahead(indices, flipped).get();
  }

  /** The images at {@code indices}, none mirrored. */
  public float[] images(int[] indices) {
    return images(indices, new boolean[indices.length]);
  }

  /** The same images, made on other threads from now on; who asks for them waits. */
  public Supplier<float[]> ahead(int[] indices, boolean[] flipped) {
    int area = channels() * height() * width();
    float[] images = new float[Math.multiplyExact(indices.length, area)];
    CompletableFuture<Void> made =
        threads.start(
            indices.length,
            (from, to) -> {
              byte[] image = new byte[area];
              for (int i = from; i < to; i++) {
                content.get().images().read(indices[i], image, 0);
                scale(image, flipped[i], images, i * area);
              }
            });
    return () -> {
      DecodingThreads.await(made);
      return images;
    };
  }

  private void scale(byte[] image, boolean flipped, float[] images, int at) {
    int width = width();
    for (int p = 0; p < image.length; p++) {
      int x = p % width;
      int from = flipped ? p - x + (width - 1 - x) : p;
      images[at + p] = (image[from] & 0xFF) / 127.5f - 1;
    }
  }

  /** The images at {@code indices} as they are stored: [n, channels, height, width], 0 to 255. */
  public byte[] pixels(int[] indices) {
    int area = channels() * height() * width();
    byte[] pixels = new byte[Math.multiplyExact(indices.length, area)];
    DecodingThreads.await(
        threads.start(
            indices.length,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                content.get().images().read(indices[i], pixels, i * area);
              }
            }));
    return pixels;
  }

  /**
   * Holds the images against those a network works on.
   *
   * @param shape [channels, height, width]
   * @throws InvalidInput if they have another shape
   */
  public void requireShape(int... shape) {
    requireShape(name(), imageShape(), shape);
  }

  static void requireShape(String name, int[] images, int[] shape) {
    InvalidInput.require(
        Arrays.equals(shape, images),
        "data '%s' has images of shape %s; the network works on %s",
        name,
        Arrays.toString(images),
        Arrays.toString(shape));
  }
}
