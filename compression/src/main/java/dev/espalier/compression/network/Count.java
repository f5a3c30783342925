package dev.espalier.compression.network;

import dev.espalier.compression.InvalidInput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a network for its parameters and for every use of a layer; T = channels and extent of one
 * sample. How many multiply-accumulates a use costs is a counting rule's matter.
 */
public final class Count implements ByChannel<Count.Size> {
  /** Channels, height and width of an activation; a vector is 1×1, tokens keep their image's. */
  public record Size(int channels, int height, int width) {
    long positions() {
      return (long) height * width;
    }
  }

  /** What a layer is. */
  public enum Kind {
    CONV,
    LINEAR,
    GROUP_NORM,
    LAYER_NORM,
    MODULATED
  }

  /**
   * One use of one layer.
   *
   * @param in channels read, {@code out} channels written, {@code kernel} taps along one side
   * @param read positions of the input, {@code written} positions of the output
   */
  public record Call(
      String layer, Kind kind, int in, int out, int kernel, long read, long written, boolean bias) {
    /** Elements of the weight. */
    public long weights() {
      return (long) in * out * kernel * kernel;
    }
  }

  private final Map<String, int[]> shapes;
  private final List<Call> calls = new ArrayList<>();
  private final Set<String> touched = new LinkedHashSet<>();

  /** A reader for weights of these shapes. */
  public Count(Map<String, int[]> shapes) {
    this.shapes = shapes;
  }

  /** Reads {@code network}, as wide as {@code shapes} say, on one sample of its own extent. */
  public static Count of(Network network, Map<String, int[]> shapes) {
    Count count = new Count(shapes);
    int[] sample = network.sampleShape();
    network.forward(count, new Size(sample[0], sample[1], sample[2]), new Size(1, 1, 1));
    return count;
  }

  /** Every use of a layer, in order. */
  public List<Call> calls() {
    return Collections.unmodifiableList(calls);
  }

  /** Learnable scalars of all layers used. */
  public long parameters() {
    return touched.stream().mapToLong(key -> Shapes.size(Shapes.of(shapes, key))).sum();
  }

  private int[] touch(String key) {
    touched.add(key);
    return Shapes.of(shapes, key);
  }

  private Size layer(String key, Kind kind, Size x, Size extent, boolean bias) {
    int[] weight = touch(key + ".weight");
    if (bias) touch(key + ".bias");
    int in = weight.length > 1 ? weight[1] : weight[0];
    int kernel = weight.length > 2 ? weight[2] : 1;
    Shapes.requireWidth(in, x.channels(), key);
    calls.add(new Call(key, kind, in, weight[0], kernel, x.positions(), extent.positions(), bias));
    return new Size(weight[0], extent.height(), extent.width());
  }

  @Override
  public Size conv2d(String key, Size x, Conv c) {
    int lost = Shapes.of(shapes, key + ".weight")[2] - 2 * c.padding();
    int height = (x.height() - lost) / c.stride() + 1;
    int width = (x.width() - lost) / c.stride() + 1;
    return layer(key, Kind.CONV, x, new Size(0, height, width), true);
  }

  @Override
  public Size linear(String key, Size x, int out, boolean bias) {
    return layer(key, Kind.LINEAR, x, x, bias);
  }

  @Override
  public Size groupNorm(String key, Size x, Norm norm) {
    InvalidInput.require(
        x.channels() % norm.groups() == 0,
        "%s: %d channels do not split into %d groups",
        key,
        x.channels(),
        norm.groups());
    return layer(key, Kind.GROUP_NORM, x, x, true);
  }

  @Override
  public Size layerNorm(String key, Size x, double eps) {
    return layer(key, Kind.LAYER_NORM, x, x, true);
  }

  @Override
  public Size embedding(String key, @Nullable Size index, int entries, int out) {
    return new Size(touch(key + ".weight")[1], 1, 1);
  }

  @Override
  public Size parameter(String key, int... shape) {
    int[] s = touch(key);
    return new Size(s[0], s[1], s[2]);
  }

  @Override
  public Size modulatedConv2d(
      String key, Size x, Size styles, Conv c, boolean up, boolean demodulate) {
    return layer(key, Kind.MODULATED, x, up ? upsample(x) : x, false);
  }

  @Override
  public Size bias(String key, Size x) {
    touch(key);
    return x;
  }

  @Override
  public Size noise(String key, Size x) {
    return bias(key, x);
  }

  @Override
  public Size add(Size a, Size b) {
    Shapes.requireWidth(a.channels(), b.channels(), "two joined activations");
    return a.positions() < b.positions() ? b : a;
  }

  @Override
  public Size concat(Size a, Size b) {
    return new Size(a.channels() + b.channels(), a.height(), a.width());
  }

  @Override
  public List<Size> chunk(Size x, int parts) {
    Size part = new Size(x.channels() / parts, x.height(), x.width());
    return Collections.nCopies(parts, part);
  }

  @Override
  public Size attention(Size q, Size k, Size v, int heads) {
    Shapes.requireWidth(q.channels(), k.channels(), "queries and keys");
    InvalidInput.require(
        q.channels() % heads == 0 && v.channels() % heads == 0,
        "%d channels do not split into %d heads",
        q.channels(),
        heads);
    return new Size(v.channels(), q.height(), q.width());
  }

  @Override
  public Size timestepEmbedding(Size t, int width, boolean cosineFirst, double shift) {
    return new Size(width, 1, 1);
  }

  @Override
  public Size upsample(Size x) {
    return new Size(x.channels(), 2 * x.height(), 2 * x.width());
  }

  @Override
  public Size averagePool(Size x) {
    return new Size(x.channels(), x.height() / 2, x.width() / 2);
  }

  @Override
  public Size pad(Size x, int right, int bottom) {
    return new Size(x.channels(), x.height() + bottom, x.width() + right);
  }

  @Override
  public int width(Size x) {
    return x.channels();
  }

  @Override
  public boolean has(String key, boolean declared) {
    return shapes.containsKey(key + ".weight");
  }
}
