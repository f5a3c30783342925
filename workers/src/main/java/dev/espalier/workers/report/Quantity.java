package dev.espalier.workers.report;

import dev.espalier.compression.evaluate.Interval;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workers.report.Arm.Measures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * Something that networks are compared by.
 *
 * @param name what a column or an axis says
 * @param measure the {@link Measure} that it is and whose interval belongs to it; empty if none
 * @param lower whether a lower value is better
 * @param value NaN where it was not taken
 * @param text how a value is written
 */
record Quantity(
    String name,
    String measure,
    boolean lower,
    ToDoubleFunction<Measures> value,
    DoubleFunction<String> text) {
  private static final String DISTANCE = "frechet-distance";
  private static final String SSIM = "ssim";
  private static final Set<String> LOWER = Set.of(DISTANCE, "mse", "sliced-wasserstein");

  /** What tells how good the samples are, as far as any of {@code all} has it; the best first. */
  static List<Quantity> quality(List<Measures> all, String distanceName) {
    List<Quantity> found = new ArrayList<>();
    found.add(
        new Quantity(
            distanceName,
            DISTANCE,
            true,
            m -> Numbers.mean(m.frechetDistance()),
            Numbers::significant));
    found.add(
        new Quantity(
            "SSIM against dense",
            SSIM,
            false,
            m -> Numbers.mean(m.ssim()),
            v -> Numbers.fixed(v, 3)));
    all.stream()
        .flatMap(m -> m.first().stream())
        .map(Measure::name)
        .filter(name -> !name.equals(DISTANCE) && !name.equals(SSIM))
        .distinct()
        .forEach(name -> found.add(further(name)));
    return taken(found, all);
  }

  private static Quantity further(String name) {
    return new Quantity(
        name,
        name,
        LOWER.contains(name),
        m -> named(m, name).map(Measure::value).orElse(Double.NaN),
        Numbers::significant);
  }

  /** What a network costs: arithmetic, time where it was measured, size. */
  static List<Quantity> cost(List<Measures> all) {
    return taken(
        List.of(
            new Quantity("MACs", "", true, m -> positive(m.macs()), Numbers::scaled),
            new Quantity(
                "ms per image",
                "",
                true,
                m -> 1000 / positive(m.imagesPerSecond()),
                Numbers::significant),
            new Quantity("parameters", "", true, m -> positive(m.parameters()), Numbers::scaled)),
        all);
  }

  /** With the end that is better. */
  String heading() {
    return name + "\u00a0" + (lower ? "↓" : "↑");
  }

  /** {@code low to high}; empty where no interval was taken. */
  String spread(Measures measures) {
    return interval(measures).map(i -> Numbers.interval(i, text)).orElse("");
  }

  /** That of the images of a single seed. */
  Optional<Interval> interval(Measures measures) {
    return named(measures, measure).flatMap(m -> Optional.ofNullable(m.interval()));
  }

  double of(Measures measures) {
    return value.applyAsDouble(measures);
  }

  private static Optional<Measure> named(Measures measures, String name) {
    return measures.first().stream().filter(m -> m.name().equals(name)).findFirst();
  }

  private static List<Quantity> taken(List<Quantity> quantities, List<Measures> all) {
    return quantities.stream()
        .filter(q -> all.stream().anyMatch(m -> Double.isFinite(q.of(m))))
        .toList();
  }

  private static double positive(double value) {
    return value > 0 ? value : Double.NaN;
  }
}
