package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.FreePort;
import dev.espalier.compression.Json;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A real Prometheus on a free port of this machine. */
final class PrometheusServer implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final Process process;
  private final int port;

  private PrometheusServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it with this repository's recording rules; without a {@code prometheus} the test ends as
   * {@link ExternalProgram#get} says.
   *
   * @param folder its data and its log
   * @param ports of 127.0.0.1, scraped every second as the job espalier
   */
  static PrometheusServer start(Path folder, List<Integer> ports) throws Exception {
    Path program = ExternalProgram.PROMETHEUS.get();
    Files.createDirectories(folder);
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        String.format(
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: [%s]
            scrape_configs:
              - job_name: espalier
                static_configs: [{targets: [%s]}]
            """,
            Dashboard.ROOT.resolve("infra/rules/recording.yml"),
            ports.stream().map(p -> "'127.0.0.1:" + p + "'").collect(Collectors.joining(", "))));
    int port = FreePort.find();
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    PrometheusServer server = new PrometheusServer(process, port);
    for (int i = 0; i < 1200 && !server.ready(); i++) Thread.sleep(100);
    assertThat(server.ready()).as(Files.readString(folder.resolve("prometheus.log"))).isTrue();
    return server;
  }

  /** The series at one time, in Unix seconds. */
  JsonNode instant(String query, double time) throws Exception {
    return get("/api/v1/query?query=" + encoded(query) + "&time=" + time).get("result");
  }

  /** The series over a time, a value per second. */
  JsonNode range(String query, double from, double to) throws Exception {
    String times = "&start=" + from + "&end=" + to + "&step=1";
    return get("/api/v1/query_range?query=" + encoded(query) + times).get("result");
  }

  /** The values that a label has in the series that match. */
  List<String> values(String label, String match, double from, double to) throws Exception {
    String times = "&start=" + from + "&end=" + to;
    JsonNode values = get("/api/v1/label/" + label + "/values?match[]=" + encoded(match) + times);
    return Dashboard.list(values).stream().map(JsonNode::asText).toList();
  }

  private boolean ready() throws Exception {
    if (!process.isAlive()) return false;
    try {
      return ask("/-/ready").statusCode() == 200;
    } catch (ConnectException e) {
      return false;
    }
  }

  private JsonNode get(String path) throws Exception {
    JsonNode answer = Json.parse(ask(path).body(), path);
    assertThat(answer.path("status").asText()).as("%s: %s", path, answer).isEqualTo("success");
    return answer.get("data");
  }

  private HttpResponse<String> ask(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path.replace("[]", "%5B%5D"));
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
