package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Count.Call;
import dev.espalier.compression.network.Count.Kind;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The counting rules by name. None of them counts attention products, softmax, activations,
 * resampling or additions.
 */
public final class CountingRules {
  /** The rule used where none is named. */
  public static final String DEFAULT = "torch-pruning";

  private static final Map<String, CountingRule> RULES =
      new TreeMap<>(
          Map.of(
              DEFAULT,
              CountingRules::torchPruning,
              "torch-pruning-ddim",
              CountingRules::torchPruningDdim));

  private CountingRules() {}

  /**
   * The rule called {@code name}.
   *
   * @throws InvalidInput naming the rules there are
   */
  public static CountingRule of(String name) {
    CountingRule rule = RULES.get(name);
    if (rule == null) {
      throw new InvalidInput(
          "counting rule '" + name + "' does not exist; legal: " + String.join(", ", names()));
    }
    return rule;
  }

  /** All names, sorted. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(RULES.keySet());
  }

  /**
   * Torch-Pruning's counter: the bias once per position in a convolution but once in all in a
   * linear layer, two per element in a normalisation.
   */
  private static long torchPruning(Call call) {
    return switch (call.kind()) {
      case CONV, MODULATED -> call.written() * (call.weights() + (call.bias() ? call.out() : 0));
      case LINEAR -> call.written() * call.weights() + (call.bias() ? call.out() : 0);
      case GROUP_NORM, LAYER_NORM -> 2 * call.in() * call.written();
    };
  }

  /**
   * The same counter on the layout of the DDIM code base, which Diff-Pruning's tables use: there
   * the attention projections are 1×1 convolutions, whose bias counts once per position.
   */
  private static long torchPruningDdim(Call call) {
    return call.kind() == Kind.LINEAR
        ? call.written() * (call.weights() + call.out())
        : torchPruning(call);
  }
}
