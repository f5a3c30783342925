package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MetricsEndpointTest {
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  @Timeout(600)
  void metersOfBothKindsAreServed() throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.at(0)) {
      endpoint.registry().counter("espalier.test.beats").increment(3);
      endpoint.temporal().counter("temporal_test").inc(1);
      HttpResponse<String> page;
      do { // The SDK's reporter works once a second.
        Thread.sleep(100);
        page = get(endpoint, "*/*");
      } while (!page.body().contains("temporal_test"));
      assertThat(page.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/plain; version=0.0.4");
      assertThat(page.body()).contains("espalier_test_beats_total 3.0");
      assertThat(get(endpoint, "application/openmetrics-text").body()).endsWith("# EOF\n");
    }
  }

  @Test
  void whatTheProcessTakesOfTheMachineIsServed(@TempDir Path folder) throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.at(0)) {
      endpoint.watch(folder);
      String page = get(endpoint, "*/*").body();
      assertThat(value(page, "process_memory_resident_bytes")).isGreaterThan(10 << 20);
      assertThat(value(page, "system_memory_total_bytes"))
          .isGreaterThan(value(page, "process_memory_resident_bytes"));
      assertThat(value(page, "disk_free_bytes{path=\"" + folder + "\"}"))
          .isPositive()
          .isLessThanOrEqualTo(value(page, "disk_total_bytes{path=\"" + folder + "\"}"));
      assertThat(value(page, "process_uptime_seconds")).isPositive();
      assertThat(page).contains("jvm_memory_used_bytes{area=\"heap\"", "process_cpu_usage ");
    }
  }

  private static double value(String page, String series) {
    return page.lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not served"));
  }

  @Test
  void aTakenPortIsRefusedByItsNumber() throws IOException {
    try (MetricsEndpoint first = MetricsEndpoint.at(0)) {
      int port = first.address().getPort();
      assertThatThrownBy(() -> MetricsEndpoint.at(port))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("metrics port " + port + " is taken");
    }
  }

  @Test
  void whereNoPortIsAskedForAFreeOneIsFound() throws Exception {
    try (MetricsEndpoint first = MetricsEndpoint.anywhere();
        MetricsEndpoint second = MetricsEndpoint.anywhere()) {
      assertThat(second.address()).isNotEqualTo(first.address());
      assertThat(get(second, "*/*").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void pagesBesideTheMetersSayWhetherAllIsWell() throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.at(0)) {
      AtomicBoolean well = new AtomicBoolean();
      endpoint.page("/health/ready", well::get, () -> well.get() ? "ready" : "starting");
      HttpRequest page =
          HttpRequest.newBuilder(endpoint.address().resolve("/health/ready")).build();
      HttpResponse<String> before = client.send(page, BodyHandlers.ofString());
      assertThat(before.statusCode()).isEqualTo(503);
      assertThat(before.body()).isEqualTo("starting\n");
      well.set(true);
      assertThat(client.send(page, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void anotherAddressIsServedOnlyWhereItIsAskedFor() throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.at("localhost", 0)) {
      assertThat(get(endpoint, "*/*").statusCode()).isEqualTo(200);
    }
    assertThatThrownBy(() -> MetricsEndpoint.at("example.com", 0))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("metrics host is 'example.com'; legal are addresses");
  }

  @Test
  void afterClosingNobodyListens() throws IOException {
    MetricsEndpoint endpoint = MetricsEndpoint.at(0);
    endpoint.close();
    assertThatThrownBy(() -> get(endpoint, "*/*")).isInstanceOf(ConnectException.class);
  }

  private HttpResponse<String> get(MetricsEndpoint endpoint, String accept) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(endpoint.address()).header("Accept", accept).build();
    return client.send(request, BodyHandlers.ofString());
  }
}
