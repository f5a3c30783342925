package dev.espalier.compression.prune;

import static dev.espalier.compression.prune.Statistic.ACTIVATION;
import static dev.espalier.compression.prune.Statistic.CURVATURE;
import static dev.espalier.compression.prune.Statistic.GRADIENT;
import static dev.espalier.compression.prune.Statistic.SQUARED_GRADIENT;

import dev.espalier.compression.InvalidInput;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/** The pruning criteria by name, and which statistics each one needs. */
public final class Importances {
  /** Over which timesteps statistics are summed before scoring. */
  public enum Gradients {
    NONE,
    /** All timesteps. */
    EVERY_TIMESTEP,
    /** Timesteps until the loss falls below the threshold. */
    UNTIL_THRESHOLD
  }

  private record Entry(
      Gradients gradients, Set<Statistic> statistics, LongFunction<Importance> bySeed) {}

  private static final Map<String, Entry> TABLE = new LinkedHashMap<>();

  static {
    weights("random", RandomImportance::new);
    weights("magnitude", seed -> new Magnitude(2, false)); // Li et al. 2017, by group
    weights("magnitude-l1", seed -> new Magnitude(1, false)); // Li et al. 2017, by group
    weights("lamp", seed -> new Lamp()); // Lee et al. 2021
    weights("fpgm", seed -> new GeometricMedian()); // He et al. 2019
    every("taylor", new Taylor(), GRADIENT); // Molchanov et al. 2019
    every("taylor-elementwise", new ElementwiseTaylor(), GRADIENT); // Diff-Pruning's script
    every("taylor-squared", new DiffPruning(), GRADIENT); // Diff-Pruning's experiments
    every("taylor-second-order", new SecondOrderTaylor(), GRADIENT, CURVATURE); // Molchanov 2019
    every("fisher", new Fisher(), SQUARED_GRADIENT); // Theis et al. 2018
    every("obd", new OptimalBrainDamage(), CURVATURE); // LeCun et al. 1990
    every("activation", new ActivationMagnitude(), ACTIVATION); // Molchanov et al. 2017
    put("diff-pruning", Gradients.UNTIL_THRESHOLD, Set.of(GRADIENT), seed -> new DiffPruning());
  }

  private Importances() {}

  private static void weights(String name, LongFunction<Importance> bySeed) {
    put(name, Gradients.NONE, Set.of(), bySeed);
  }

  private static void every(String name, Importance importance, Statistic... statistics) {
    put(name, Gradients.EVERY_TIMESTEP, Set.of(statistics), seed -> importance);
  }

  private static void put(
      String name, Gradients gradients, Set<Statistic> needs, LongFunction<Importance> bySeed) {
    Set<Statistic> ordered = EnumSet.noneOf(Statistic.class);
    ordered.addAll(needs);
    TABLE.put(name, new Entry(gradients, Collections.unmodifiableSet(ordered), bySeed));
  }

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
   * The timesteps over which the statistics of the criterion called {@code name} are summed.
   *
   * @throws InvalidInput naming the criteria there are
   */
  public static Gradients gradients(String name) {
    return entry(name).gradients();
  }

  /**
   * The statistics that the criterion called {@code name} is given.
   *
   * @throws InvalidInput naming the criteria there are
   */
  public static Set<Statistic> statistics(String name) {
    return entry(name).statistics();
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
