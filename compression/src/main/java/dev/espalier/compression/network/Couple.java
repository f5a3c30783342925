package dev.espalier.compression.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a network for the channels that can only be removed together; T = one label per channel. A
 * layer makes fresh labels for its output, an addition joins the labels of its operands
 * (union-find), a concatenation puts them in a row. Channels that end up with the same label are
 * one.
 */
public final class Couple implements ByChannel<int[]> {
  /** One axis of one parameter. */
  public record Axis(String key, int axis) {}

  /**
   * Kept channels must be equally many in each of {@code blocks} contiguous blocks: the groups of a
   * GroupNorm, or the {@code heads} of an attention.
   */
  public record Even(String layer, int blocks, boolean heads) {}

  /**
   * What the reading found.
   *
   * @param axes the label of every channel along every prunable axis, in order of use
   * @param fixed labels that may not be removed: the network's input and output, the sinusoid
   * @param constraints by label, what holds the channel to equal blocks
   */
  public record Labels(
      Map<Axis, int[]> axes, Set<Integer> fixed, Map<Integer, List<Even>> constraints) {}

  private record Constraint(int[] labels, Even even) {}

  private final Map<String, int[]> shapes;
  private final Map<Axis, int[]> uses = new LinkedHashMap<>();
  private final List<Constraint> constraints = new ArrayList<>();
  private final BitSet fixed = new BitSet();
  private int[] parent = new int[1024];
  private int labels;

  /** A reader for weights of these shapes. */
  public Couple(Map<String, int[]> shapes) {
    this.shapes = shapes;
  }

  /** Reads {@code network} as wide as {@code shapes} say; its input and output stay fixed. */
  public static Labels labels(Network network, Map<String, int[]> shapes) {
    Couple couple = new Couple(shapes);
    couple.fix(network.forward(couple, couple.input(network.sampleShape()[0]), new int[0]));
    return couple.labels();
  }

  /** Protects channels: the network's output, or a layer the caller wants whole. */
  public int[] fix(int[] x) {
    for (int label : x) fixed.set(label);
    return x;
  }

  /** Fresh channels that are protected. */
  public int[] input(int channels) {
    return fix(fresh(channels));
  }

  /** What was read so far. */
  public Labels labels() {
    Map<Axis, int[]> axes = new LinkedHashMap<>();
    uses.forEach((axis, x) -> axes.put(axis, Arrays.stream(x).map(this::find).toArray()));
    Set<Integer> fixedRoots = new TreeSet<>();
    fixed.stream().forEach(label -> fixedRoots.add(find(label)));
    Map<Integer, List<Even>> even = new LinkedHashMap<>();
    for (Constraint c : constraints) {
      for (int root : Arrays.stream(c.labels()).map(this::find).distinct().toArray()) {
        even.computeIfAbsent(root, r -> new ArrayList<>()).add(c.even());
      }
    }
    return new Labels(
        Collections.unmodifiableMap(axes),
        Collections.unmodifiableSet(fixedRoots),
        Collections.unmodifiableMap(even));
  }

  private int[] fresh(int n) {
    if (labels + n > parent.length) parent = Arrays.copyOf(parent, 2 * (labels + n));
    int[] x = new int[n];
    for (int i = 0; i < n; i++) {
      x[i] = labels;
      parent[labels] = labels++;
    }
    return x;
  }

  private int find(int label) {
    while (parent[label] != label) {
      parent[label] = parent[parent[label]];
      label = parent[label];
    }
    return label;
  }

  private int[] unify(int[] a, int[] b) {
    Shapes.requireWidth(a.length, b.length, "two joined activations");
    for (int i = 0; i < a.length; i++) parent[find(b[i])] = find(a[i]);
    return a;
  }

  /** The same axis used twice (shared weights) means the same channels. */
  private void use(String key, int axis, int[] x) {
    Shapes.requireWidth(Shapes.of(shapes, key)[axis], x.length, key);
    int[] before = uses.putIfAbsent(new Axis(key, axis), x);
    if (before != null) unify(before, x);
  }

  private int[] layer(String key, int[] x, boolean bias) {
    int[] out = fresh(Shapes.of(shapes, key + ".weight")[0]);
    use(key + ".weight", 0, out);
    if (bias) use(key + ".bias", 0, out);
    use(key + ".weight", 1, x);
    return out;
  }

  @Override
  public int[] conv2d(String key, int[] x, Conv conv) {
    return layer(key, x, true);
  }

  @Override
  public int[] linear(String key, int[] x, int out, boolean bias) {
    return layer(key, x, bias);
  }

  @Override
  public int[] groupNorm(String key, int[] x, Norm norm) {
    constraints.add(new Constraint(x, new Even(key, norm.groups(), false)));
    return layerNorm(key, x, norm.eps());
  }

  @Override
  public int[] layerNorm(String key, int[] x, double eps) {
    use(key + ".weight", 0, x);
    use(key + ".bias", 0, x);
    return x;
  }

  @Override
  public int[] embedding(String key, int @Nullable [] index, int entries, int out) {
    int[] x = fresh(Shapes.of(shapes, key + ".weight")[1]);
    use(key + ".weight", 1, x);
    return x;
  }

  @Override
  public int[] parameter(String key, int... shape) {
    int[] x = fresh(Shapes.of(shapes, key)[0]);
    use(key, 0, x);
    return x;
  }

  @Override
  public int[] modulatedConv2d(
      String key, int[] x, int[] styles, Conv conv, boolean up, boolean demodulate) {
    return layer(key, unify(x, styles), false);
  }

  @Override
  public int[] bias(String key, int[] x) {
    use(key, 0, x);
    return x;
  }

  @Override
  public int[] add(int[] a, int[] b) {
    return unify(a, b);
  }

  @Override
  public int[] concat(int[] a, int[] b) {
    int[] x = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, x, a.length, b.length);
    return x;
  }

  @Override
  public List<int[]> chunk(int[] x, int parts) {
    int n = x.length / parts;
    List<int[]> chunks = new ArrayList<>();
    for (int i = 0; i < parts; i++) chunks.add(Arrays.copyOfRange(x, i * n, (i + 1) * n));
    return chunks;
  }

  @Override
  public int[] attention(int[] q, int[] k, int[] v, int heads) {
    constraints.add(new Constraint(v, new Even("attention", heads, true)));
    return unify(v, unify(q, k));
  }

  @Override
  public int[] timestepEmbedding(int[] t, int width, boolean cosineFirst, double shift) {
    return fix(fresh(width));
  }

  @Override
  public int width(int[] x) {
    return x.length;
  }

  @Override
  public boolean has(String key, boolean declared) {
    return shapes.containsKey(key + ".weight");
  }
}
