package dev.espalier.workers.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import com.uber.m3.tally.ScopeCloseException;
import com.uber.m3.util.Duration;
import dev.espalier.compression.InvalidInput;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one meter registry of this process, with the stages' meters, the Temporal SDK's, those of the
 * process itself and, where there are any, of the GPUs, served at {@code
 * http://127.0.0.1:PORT/metrics} in Prometheus' text format, or on another address of this machine.
 */
public final class MetricsEndpoint implements AutoCloseable {
  /** The port where none is asked for. */
  public static final int DEFAULT_PORT = 9464;

  private static final String LOOPBACK = "127.0.0.1";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Scope temporal =
      new RootScopeBuilder()
          .reporter(new MicrometerClientStatsReporter(registry))
          .reportEvery(Duration.ofSeconds(1));
  private final ProcessMeters process = new ProcessMeters(registry);
  private final HttpServer server;
  private @Nullable GpuMeters gpus;

  private MetricsEndpoint(HttpServer server) {
    this.server = server;
    server.createContext("/metrics", this::answer);
    server.start();
  }

  /**
   * Serves on exactly this port.
   *
   * @throws InvalidInput if it is taken
   */
  public static MetricsEndpoint at(int port) throws IOException {
    return at(LOOPBACK, port);
  }

  /**
   * As {@link #at(int)}, on the address {@code host} of this machine.
   *
   * @throws InvalidInput if that is none, or its port is taken
   */
  public static MetricsEndpoint at(String host, int port) throws IOException {
    InvalidInput.require(
        host.matches("[0-9A-Fa-f.:]+|localhost"),
        "metrics host is '%s'; legal are addresses of this machine, such as 127.0.0.1 or 0.0.0.0",
        host);
    InvalidInput.require(
        port >= 0 && port <= 65535,
        "metrics port is %d; legal are 0 (any free one) to 65535",
        port);
    try {
      return new MetricsEndpoint(HttpServer.create(new InetSocketAddress(host, port), 0));
    } catch (BindException e) {
      throw new InvalidInput(
          "metrics port "
              + port
              + (host.equals(LOOPBACK) ? "" : " of " + host)
              + " is taken; give another with --metrics-port or"
              + " ESPALIER_METRICS_PORT, or 0 for any free one",
          e);
    }
  }

  /** Serves on {@value #DEFAULT_PORT}, or on any free port where that is taken. */
  public static MetricsEndpoint anywhere() throws IOException {
    try {
      return at(DEFAULT_PORT);
    } catch (InvalidInput taken) {
      return at(0);
    }
  }

  /** Where the stages' meters are registered. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Adds the space on the disk that {@code folder} lies on. */
  public void watch(Path folder) {
    ProcessMeters.disk(registry, folder);
  }

  /**
   * Adds the GPUs.
   *
   * @param program nvidia-smi
   */
  public void watchGpus(Path program) throws IOException {
    if (gpus != null) throw new IllegalStateException("the GPUs are watched already");
    gpus = GpuMeters.watch(registry, program);
  }

  /**
   * Serves a page beside the meters: plain text, with {@code 200} where {@code healthy} agrees,
   * else {@code 503}.
   *
   * @param path such as {@code /health/ready}
   */
  public void page(String path, BooleanSupplier healthy, Supplier<String> text) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            byte[] body = (text.get() + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(healthy.getAsBoolean() ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
          }
        });
  }

  /** Where the Temporal SDK reports. */
  public Scope temporal() {
    return temporal;
  }

  public URI address() {
    String host = server.getAddress().getAddress().getHostAddress();
    String quoted = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + quoted + ":" + server.getAddress().getPort() + "/metrics");
  }

  @Override
  public void close() {
    server.stop(0);
    try {
      temporal.close();
    } catch (ScopeCloseException e) {
      throw new IllegalStateException("the meters of the Temporal SDK did not close", e);
    }
    process.close();
    if (gpus != null) gpus.close();
    registry.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String accept = exchange.getRequestHeaders().getFirst("Accept");
      String type = accept != null && accept.contains("openmetrics") ? OPEN_METRICS : PROMETHEUS;
      byte[] body = registry.scrape(type).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
