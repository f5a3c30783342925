package dev.espalier.workers.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.chaos.FaultProxy.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {
  private HttpServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length);
          try (exchange) {
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    proxy = new FaultProxy(server.getAddress().getPort());
  }

  @AfterEach
  void end() throws IOException {
    proxy.close();
    server.stop(0);
  }

  @Test
  void withoutAFaultAllPassesUnchanged() throws Exception {
    String text = "x".repeat(1_000_000);
    assertThat(post(text).body()).isEqualTo(text);
  }

  @Test
  void latencyIsAdded() throws Exception {
    proxy.set(Fault.latency(300));
    long begun = System.nanoTime();
    assertThat(post("late").body()).isEqualTo("late");
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void resetsBreakConnections() {
    proxy.set(Fault.resets(1));
    assertThatThrownBy(() -> post("broken")).isInstanceOf(IOException.class);
  }

  @Test
  void itAnswersInTheServersPlace() throws Exception {
    proxy.set(Fault.answering(507));
    HttpResponse<String> answer = post("full");
    assertThat(answer.statusCode()).isEqualTo(507);
    assertThat(answer.body()).contains("XMinioStorageFull");
    proxy.set(Fault.NONE);
    assertThat(post("room again").body()).isEqualTo("room again");
  }

  @Test
  void aBlackholeAnswersNothingUntilItEnds() throws Exception {
    proxy.set(Fault.blackhole());
    assertThatThrownBy(() -> post("gone", 3)).isInstanceOf(HttpTimeoutException.class);
    proxy.set(Fault.NONE);
    assertThat(post("back").body()).isEqualTo("back");
  }

  @Test
  void anUnknownTrialIsRefusedByName() {
    assertThatThrownBy(() -> Trials.of(List.of("earthquake"), true))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("earthquake")
        .hasMessageContaining("worker-kill");
    assertThat(Trials.of(List.of(), true)).allMatch(Trial::quick);
  }

  private HttpResponse<String> post(String text) throws Exception {
    return post(text, 120);
  }

  private HttpResponse<String> post(String text, int seconds) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + "/"))
            .timeout(Duration.ofSeconds(seconds))
            .POST(HttpRequest.BodyPublishers.ofString(text))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
