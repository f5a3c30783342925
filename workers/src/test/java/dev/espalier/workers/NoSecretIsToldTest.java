package dev.espalier.workers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.workers.connection.TestAuthority;
import dev.espalier.workers.connection.TlsStore;
import dev.espalier.workers.connection.TlsTemporal;
import dev.espalier.workers.process.Stages;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real small compression by the real program, against S3 over https and Temporal over mutual TLS
 * with an API key. Afterwards none of its credentials is found in anything that was written or
 * said: the store, the local state, the workflow's history, the log and the output.
 */
class NoSecretIsToldTest {
  private static final String PLAN = RealRun.plan(4, 2);
  private static final String ACCESS = "markeraccesskey7f3a";
  private static final String SECRET = "marker-secret-key-91bc";
  private static final String API_KEY = "marker-api-key-44de";

  @TempDir Path folder;

  private Path work;
  private TestAuthority.Signed mine;
  private TlsTemporal temporal;
  private TlsStore store;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws Exception {
    TestAuthority authority = TestAuthority.in(folder.resolve("authority"));
    TestAuthority.Signed servers = authority.sign("server");
    mine = authority.sign("client");
    work = Files.createDirectories(folder.resolve("work"));
    temporal = new TlsTemporal(servers, authority, API_KEY);
    store = new TlsStore(Files.createDirectories(work.resolve("s3")), servers, ACCESS, SECRET);
    RealRun.networks(work);
    environment = new HashMap<>();
    environment.put("ESPALIER_HOME", work.toString());
    environment.put("ESPALIER_WORK", work.resolve("state").toString());
    environment.put("ESPALIER_METRICS_PORT", "0");
    environment.put("ESPALIER_DATA", RealRun.data());
    environment.put("S3_ENDPOINT", store.endpoint());
    environment.put("S3_ACCESS_KEY", ACCESS);
    environment.put("S3_SECRET_KEY", SECRET);
    environment.put("S3_CA_CERT_PATH", authority.certificate().toString());
    environment.put("TEMPORAL_ADDRESS", temporal.address());
    environment.put("TEMPORAL_API_KEY", API_KEY);
    environment.put("TEMPORAL_TLS_SERVER_CA_CERT_PATH", authority.certificate().toString());
    environment.put("TEMPORAL_TLS_CLIENT_CERT_PATH", mine.chain().toString());
    environment.put("TEMPORAL_TLS_CLIENT_KEY_PATH", mine.key().toString());
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
    temporal.close();
  }

  @Test
  void aWholeRunLeavesNoneBehind() throws Exception {
    Path said = folder.resolve("said");
    Process program =
        RealRun.start(environment, said, List.of(), "run", "--verbose", "--json", PLAN);
    String commandLine = program.info().commandLine().orElse("");
    assertThat(program.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(program.exitValue()).as(Files.readString(said)).isZero();

    String run =
        Files.readAllLines(said).stream()
            .filter(line -> line.startsWith("run       "))
            .map(line -> line.substring(10).strip())
            .findFirst()
            .orElseThrow();
    Invocation compared =
        Invocation.of(work, environment, Stages::onShelf, "", "compare", "--verbose", run);
    assertThat(compared.exitCode()).as(compared.err()).isZero();
    Map<String, byte[]> found = new LinkedHashMap<>();
    found.put("comparison", (compared.out() + compared.err()).getBytes(UTF_8));
    found.put("command line", commandLine.getBytes(UTF_8));
    found.put("output", Files.readAllBytes(said));
    found.putAll(history(run));
    found.putAll(files(work));
    assertThat(found.keySet())
        .as("looked through")
        .anyMatch(name -> name.contains("/s3/espalier/stages/finetune/") && name.endsWith(".json"))
        .anyMatch(name -> name.endsWith("/report.html"))
        .anyMatch(name -> name.endsWith("/results.json"));
    assertThat(new String(found.get("history"), ISO_8859_1))
        .contains("tiny-unet", store.endpoint());
    found.forEach(this::hasNoSecret);
  }

  @Test
  void whatGoesWrongQuotesNone() throws Exception {
    refused("S3_ACCESS_KEY, S3_SECRET_KEY: ", Map.of("S3_SECRET_KEY", SECRET + "-wrong"));
    refused("S3_ACCESS_KEY, S3_SECRET_KEY: ", Map.of("S3_ACCESS_KEY", ACCESS + "-wrong"));
    refused("S3_BUCKET: ", Map.of("S3_BUCKET", "No Good"));
    refused("not trusted", Map.of("S3_CA_CERT_PATH", ""));
    refused("UNAUTHENTICATED", Map.of("TEMPORAL_API_KEY", API_KEY + "-wrong"));
    refused("in PEM", Map.of("TEMPORAL_TLS_CLIENT_CERT_PATH", mine.key().toString()));
    refused("S3_ENDPOINT", Map.of("S3_ENDPOINT", "https://" + ACCESS + ":" + SECRET + "@h:1"));
    for (Map.Entry<String, byte[]> log : files(work.resolve("state")).entrySet()) {
      hasNoSecret(log.getKey(), log.getValue());
    }
  }

  private void refused(String line, Map<String, String> changed) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(changed);
    Invocation wrong =
        Invocation.of(work, all, Stages::onShelf, "", "run", "--verbose", "--no-worker", PLAN);
    assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
    assertThat(wrong.err()).contains(line).contains("\tat ");
    hasNoSecret("errors of " + changed.keySet(), (wrong.out() + wrong.err()).getBytes(UTF_8));
  }

  private void hasNoSecret(String name, byte[] bytes) {
    String text = new String(bytes, ISO_8859_1);
    for (String secret : secrets()) {
      assertThat(text.contains(secret)).as("%s holds %s", name, secret).isFalse();
    }
  }

  private List<String> secrets() {
    try {
      String key = Files.readAllLines(mine.key()).get(1);
      return List.of(ACCESS, SECRET, API_KEY, key, TestAuthority.PASSWORD);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, byte[]> history(String run) {
    WorkflowServiceStubs service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setChannel(temporal.behind()).build());
    var history = WorkflowClient.newInstance(service).fetchHistory(run);
    return Map.of(
        "history",
        history.getHistory().toByteArray(),
        "history as JSON",
        history.toJson(true).getBytes(UTF_8));
  }

  private static Map<String, byte[]> files(Path below) throws IOException {
    Map<String, byte[]> found = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(below)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(file.toString(), Files.readAllBytes(file));
      }
    }
    return found;
  }
}
