package dev.espalier.activities.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Meters of {@link MetricNames} in one registry, each with its unit, its help and its labels. */
record NamedMeters(MeterRegistry registry) {
  /**
   * @param values of the metric's labels, in their order
   */
  Meter gauge(MetricNames metric, List<String> values, Supplier<Number> value) {
    return Gauge.builder(metric.dotted(), value)
        .baseUnit(metric.unit())
        .description(metric.help())
        .tags(tags(metric, values))
        .register(registry);
  }

  Counter counter(MetricNames metric, String... values) {
    return Counter.builder(metric.dotted())
        .baseUnit(metric.unit())
        .description(metric.help())
        .tags(tags(metric, List.of(values)))
        .register(registry);
  }

  /**
   * @param objectives the buckets, in seconds
   */
  Timer timer(MetricNames metric, double[] objectives, String... values) {
    return Timer.builder(metric.dotted())
        .description(metric.help())
        .tags(tags(metric, List.of(values)))
        .serviceLevelObjectives(
            Arrays.stream(objectives)
                .mapToObj(seconds -> Duration.ofMillis(Math.round(seconds * 1_000)))
                .toArray(Duration[]::new))
        .register(registry);
  }

  void remove(Meter meter) {
    registry.remove(meter);
  }

  private static Tags tags(MetricNames metric, List<String> values) {
    Tags tags = Tags.empty();
    for (int i = 0; i < values.size(); i++) tags = tags.and(metric.labels().get(i), values.get(i));
    return tags;
  }
}
