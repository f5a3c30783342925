package dev.espalier.activities.metrics;

import dev.espalier.activities.shelf.StoreListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;

/** The meters of an object store's operations in one registry. */
public final class StoreMeters implements StoreListener {
  private static final double[] OBJECTIVES = {0.01, 0.1, 1, 10};

  private final NamedMeters meters;

  public StoreMeters(MeterRegistry registry) {
    this.meters = new NamedMeters(registry);
  }

  @Override
  public void tried(String operation, Outcome outcome, Duration took) {
    String label = outcome.name().toLowerCase(Locale.ROOT);
    meters.timer(MetricNames.STORE_REQUEST, OBJECTIVES, operation, label).record(took);
  }
}
