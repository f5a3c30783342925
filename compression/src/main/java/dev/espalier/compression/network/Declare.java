package dev.espalier.compression.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a network for the shapes its parameters have in the unpruned design; T = channel count. */
public final class Declare implements ByChannel<Integer> {
  private final Map<String, int[]> shapes = new LinkedHashMap<>();

  /** Shapes by key, in order of use. */
  public static Map<String, int[]> shapes(Network network) {
    Declare declare = new Declare();
    network.forward(declare, network.sampleShape()[0], 0);
    return declare.shapes();
  }

  /** What was declared so far, in order of use. */
  public Map<String, int[]> shapes() {
    return shapes;
  }

  private int layer(String key, int out, boolean bias, int... weight) {
    shapes.put(key + ".weight", weight);
    if (bias) shapes.put(key + ".bias", new int[] {out});
    return out;
  }

  @Override
  public Integer conv2d(String key, Integer x, Conv c) {
    return layer(key, c.out(), true, c.out(), x, c.kernel(), c.kernel());
  }

  @Override
  public Integer linear(String key, Integer x, int out, boolean bias) {
    return layer(key, out, bias, out, x);
  }

  @Override
  public Integer groupNorm(String key, Integer x, Norm norm) {
    return layer(key, x, true, x);
  }

  @Override
  public Integer layerNorm(String key, Integer x, double eps) {
    return layer(key, x, true, x);
  }

  @Override
  public Integer embedding(String key, @Nullable Integer index, int entries, int out) {
    return layer(key, out, false, entries, out);
  }

  @Override
  public Integer parameter(String key, int... shape) {
    shapes.put(key, shape);
    return shape[0];
  }

  @Override
  public Integer modulatedConv2d(
      String key, Integer x, Integer styles, Conv c, boolean up, boolean demodulate) {
    return layer(key, c.out(), false, c.out(), x, c.kernel(), c.kernel());
  }

  @Override
  public Integer bias(String key, Integer x) {
    shapes.put(key, new int[] {x});
    return x;
  }

  @Override
  public Integer noise(String key, Integer x) {
    shapes.put(key, new int[0]);
    return x;
  }

  @Override
  public Integer add(Integer a, Integer b) {
    return a;
  }

  @Override
  public Integer concat(Integer a, Integer b) {
    return a + b;
  }

  @Override
  public List<Integer> chunk(Integer x, int parts) {
    return Collections.nCopies(parts, x / parts);
  }

  @Override
  public Integer attention(Integer q, Integer k, Integer v, int heads) {
    return v;
  }

  @Override
  public Integer timestepEmbedding(Integer t, int width, boolean cosineFirst, double shift) {
    return width;
  }

  @Override
  public int width(Integer x) {
    return x;
  }

  @Override
  public boolean has(String key, boolean declared) {
    return declared;
  }
}
