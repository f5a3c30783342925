package dev.espalier.workers.command;

import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.metrics.MetricsEndpoint;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a command serves its meters. */
final class MetricsPort {
  static final String DESCRIPTION =
      "Port on 127.0.0.1 of /metrics; 0 is any free one (default: ESPALIER_METRICS_PORT, else 9464"
          + " if free).";

  /**
   * The address to serve on where it is not the loopback: in a container, {@code 0.0.0.0}, so that
   * Prometheus and the orchestrator's probes reach it.
   */
  private static final String HOST = "ESPALIER_METRICS_HOST";

  private static final String VARIABLE = "ESPALIER_METRICS_PORT";

  private MetricsPort() {}

  /**
   * Opens it: a port that was asked for must be free, the default need not be.
   *
   * @param option the option {@code --metrics-port}, if given
   */
  static MetricsEndpoint open(Settings settings, @Nullable Integer option) throws IOException {
    Optional<Integer> asked = Optional.ofNullable(option);
    if (asked.isEmpty() && settings.variable(VARIABLE).isPresent()) {
      asked = Optional.of((int) Math.min(settings.number(VARIABLE, 0), Integer.MAX_VALUE));
    }
    Optional<String> host = settings.variable(HOST);
    if (host.isPresent()) {
      return MetricsEndpoint.at(host.get(), asked.orElse(MetricsEndpoint.DEFAULT_PORT));
    }
    return asked.isPresent() ? MetricsEndpoint.at(asked.get()) : MetricsEndpoint.anywhere();
  }
}
