package dev.espalier.compression.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a network for the order in which Torch-Pruning visits its layers; T = a node of the graph
 * that autograd would record. Groups are scored and cut in this order, each on what the cuts before
 * it have left, so the papers' selections depend on it.
 */
public final class Order implements Ops<Order.Node> {
  /** An operation: its layer's key, if it has weights, and what it was computed from. */
  public static final class Node {
    private final @Nullable String layer;
    private final List<Node> inputs;

    private Node(@Nullable String layer, Node... inputs) {
      this.layer = layer;
      this.inputs = List.of(inputs);
    }
  }

  private final Map<String, int[]> shapes;

  /** A reader for weights of these shapes. */
  public Order(Map<String, int[]> shapes) {
    this.shapes = shapes;
  }

  /** The layers of {@code network} in visiting order. */
  public static List<String> layers(Network network, Map<String, int[]> shapes) {
    return layers(network.forward(new Order(shapes), leaf(), leaf()));
  }

  /** Depth first from the output, a layer counting as visited when first seen as an input. */
  public static List<String> layers(Node output) {
    Set<String> order = new LinkedHashSet<>();
    if (output.layer != null) order.add(output.layer);
    Set<Node> visited = new HashSet<>();
    Deque<Node> stack = new ArrayDeque<>(List.of(output));
    while (!stack.isEmpty()) {
      Node node = stack.pop();
      if (!visited.add(node)) continue;
      for (Node input : node.inputs) {
        if (input.layer != null) order.add(input.layer);
        stack.push(input);
      }
    }
    return new ArrayList<>(order);
  }

  /** An input of the network. */
  public static Node leaf() {
    return node();
  }

  private static Node node(Node... inputs) {
    return new Node(null, inputs);
  }

  @Override
  public Node conv2d(String key, Node x, Conv conv) {
    return new Node(key, x);
  }

  /** Autograd records the reshaping around a linear layer as a node of its own. */
  @Override
  public Node linear(String key, Node x, int out, boolean bias) {
    return node(new Node(key, x));
  }

  @Override
  public Node groupNorm(String key, Node x, Norm norm) {
    return new Node(key, x);
  }

  @Override
  public Node layerNorm(String key, Node x, double eps) {
    return new Node(key, x);
  }

  @Override
  public Node embedding(String key, @Nullable Node index, int entries, int out) {
    return new Node(key);
  }

  @Override
  public Node parameter(String key, int... shape) {
    return node();
  }

  @Override
  public Node modulatedConv2d(
      String key, Node x, Node styles, Conv conv, boolean up, boolean demodulate) {
    return new Node(key, x, styles);
  }

  @Override
  public Node bias(String key, Node x) {
    return node(x);
  }

  @Override
  public Node noise(String key, Node x) {
    return node(x);
  }

  @Override
  public Node pointwise(Pointwise function, Node x) {
    return node(x);
  }

  @Override
  public Node affine(Node x, double scale, double shift) {
    return node(x);
  }

  @Override
  public Node add(Node a, Node b) {
    return node(a, b);
  }

  @Override
  public Node multiply(Node a, Node b) {
    return node(a, b);
  }

  @Override
  public Node concat(Node a, Node b) {
    return node(a, b);
  }

  @Override
  public List<Node> chunk(Node x, int parts) {
    return Collections.nCopies(parts, node(x));
  }

  @Override
  public Node attention(Node q, Node k, Node v, int heads) {
    return node(q, k, v);
  }

  @Override
  public Node timestepEmbedding(Node t, int width, boolean cosineFirst, double shift) {
    return node();
  }

  @Override
  public Node upsample(Node x) {
    return node(x);
  }

  @Override
  public Node averagePool(Node x) {
    return node(x);
  }

  @Override
  public Node pad(Node x, int right, int bottom) {
    return node(x);
  }

  @Override
  public Node tokens(Node x) {
    return node(x);
  }

  @Override
  public Node image(Node tokens, Node like) {
    return node(tokens);
  }

  @Override
  public int width(Node x) {
    return 0;
  }

  @Override
  public boolean has(String key, boolean declared) {
    return shapes.containsKey(key + ".weight");
  }
}
