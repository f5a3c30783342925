package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/** The pruning criteria by name, and which gradients each one needs. */
public final class Importances {
  /** Over which timesteps gradients are accumulated before scoring. */
  public enum Gradients {
    NONE,
    /** All timesteps. */
    EVERY_TIMESTEP,
    /** Timesteps until the loss falls below the threshold. */
    UNTIL_THRESHOLD
  }

  private record Entry(Gradients gradients, LongFunction<Importance> bySeed) {}

  private static final Map<String, Entry> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("random", new Entry(Gradients.NONE, RandomImportance::new));
    TABLE.put("magnitude", new Entry(Gradients.NONE, seed -> new Magnitude()));
    TABLE.put("taylor", new Entry(Gradients.EVERY_TIMESTEP, seed -> new Taylor()));
    TABLE.put("diff-pruning", new Entry(Gradients.UNTIL_THRESHOLD, seed -> new DiffPruning()));
  }

  private Importances() {}

  /** All names. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(TABLE.keySet());
  }

  /**
   * The criterion called {@code name}.
   *
   * @param seed for criteria that draw
   * @throws InvalidInput naming the criteria there are
   */
  public static Importance of(String name, long seed) {
    return entry(name).bySeed().apply(seed);
  }

  /**
   * The gradients that the criterion called {@code name} is given.
   *
   * @throws InvalidInput naming the criteria there are
   */
  public static Gradients gradients(String name) {
    return entry(name).gradients();
  }

  private static Entry entry(String name) {
    Entry entry = TABLE.get(name);
    if (entry == null) {
      throw new InvalidInput(
          "criterion '" + name + "' does not exist; legal: " + String.join(", ", names()));
    }
    return entry;
  }
}
