package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.compression.ExternalProgram;
import dev.espalier.workers.connection.CommandLineTool;
import dev.espalier.workers.process.WorkerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The compose files, the image and the manifests in {@code infra/} hold together. */
class StackFilesTest {
  private static final Path ROOT = Path.of(System.getProperty("espalier.root"));
  private static final Path INFRA = ROOT.resolve("infra");
  private static final Path MANIFESTS = INFRA.resolve("kubernetes");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z0-9_]+)");
  private static final Pattern SECRET =
      Pattern.compile(".*(SECRET|PASSWORD|PWD|ACCESS_KEY|API_KEY)");

  @Test
  void everyImageIsPinnedAndEveryPortOnLoopback() throws IOException {
    services(compose())
        .forEach(
            service -> {
              assertThat(service.path("image").asText()).matches("[a-z./-]+:[A-Za-z0-9.:_-]+");
              assertThat(service.path("image").asText()).doesNotEndWith(":latest");
              for (JsonNode port : service.path("ports")) {
                assertThat(port.asText()).startsWith("127.0.0.1:");
              }
            });
  }

  @Test
  void theWholeStackIsThereAndItsPartsKnowEachOther() throws IOException {
    JsonNode compose = compose();
    Set<String> services = names(compose.get("services"));
    assertThat(services)
        .contains(
            "postgres", "temporal", "temporal-ui", "store", "worker", "prometheus", "grafana");
    Set<String> volumes = names(compose.get("volumes"));
    for (JsonNode service : compose.get("services")) {
      JsonNode waited = service.path("depends_on");
      if (waited.isArray()) waited.forEach(name -> assertThat(services).contains(name.asText()));
      else assertThat(services).containsAll(names(waited));
      for (JsonNode volume : service.path("volumes")) {
        String from = volume.asText().split(":")[0];
        if (from.startsWith(".")) assertThat(INFRA.resolve(from)).exists();
        else assertThat(volumes).contains(from);
      }
      waited
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().path("condition").asText().equals("service_healthy")) {
                  assertThat(compose.at("/services/" + entry.getKey()).has("healthcheck"))
                      .as(entry.getKey())
                      .isTrue();
                }
              });
    }
  }

  @Test
  void everyVariableIsInTheExampleAndNoSecretIsWrittenOut() throws IOException {
    Set<String> example =
        Files.readAllLines(INFRA.resolve(".env.example")).stream()
            .filter(line -> line.matches("[A-Z0-9_]+=.*"))
            .map(line -> line.substring(0, line.indexOf('=')))
            .collect(Collectors.toSet());
    String text = Files.readString(INFRA.resolve("compose.yaml"));
    Set<String> used =
        VARIABLE
            .matcher(text)
            .results()
            .map((MatchResult found) -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(example).isEqualTo(used);
    for (JsonNode service : compose().get("services")) {
      for (var entry : service.path("environment").properties()) {
        if (SECRET.matcher(entry.getKey()).matches()) {
          assertThat(entry.getValue().asText()).as(entry.getKey()).startsWith("${");
        }
      }
    }
  }

  @Test
  void linksInTheTemporalUiLeadToPublishedPorts() throws IOException {
    JsonNode compose = compose();
    JsonNode worker = compose.at("/services/worker/environment");
    assertThat(published(compose, "grafana"))
        .contains(URI.create(worker.get("ESPALIER_GRAFANA_URL").asText()).getPort());
    String report = worker.get("ESPALIER_REPORT_URL").asText();
    assertThat(report).endsWith("/browser/" + worker.get("S3_BUCKET").asText());
    int console = URI.create(report.substring(0, report.indexOf("/browser/"))).getPort();
    assertThat(published(compose, "store")).contains(console);
    assertThat(compose.at("/services/store/command").toString()).contains("\":" + console + "\"");
  }

  @Test
  void everyVariableOfAWorkerIsOneThatItReads() throws IOException {
    Set<String> set = names(compose().at("/services/worker/environment"));
    set.addAll(names(yaml(MANIFESTS.resolve("config.yaml")).get(0).get("data")));
    Matcher comment =
        Pattern.compile("(?m)^ *# ([A-Z0-9_]+): ")
            .matcher(Files.readString(MANIFESTS.resolve("config.yaml")));
    while (comment.find()) set.add(comment.group(1));
    assertThat(set).contains("ESPALIER_GRAFANA_URL", "ESPALIER_REPORT_URL");
    StringBuilder sources = new StringBuilder(Files.readString(ROOT.resolve("espalier")));
    for (String module : List.of("compression", "activities", "workers")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          sources.append(Files.readString(file));
        }
      }
    }
    assertThat(set).allSatisfy(name -> assertThat(sources).containsPattern("\\b" + name + "\\b"));
  }

  @Test
  void theStackWithoutContainersSetsTemporalAsTheProgramDoes() throws IOException {
    String up = Files.readString(INFRA.resolve("up")).replaceAll("\\s+", " ");
    for (int i = 0; i < CommandLineTool.SETTINGS.size(); i += 2) {
      assertThat(up).contains(String.join(" ", CommandLineTool.SETTINGS.subList(i, i + 2)));
    }
  }

  @Test
  void theGpuOverrideChangesTheWorkerOnly() throws IOException {
    JsonNode override = yaml(INFRA.resolve("compose.gpu.yaml")).get(0);
    assertThat(names(override.get("services"))).containsExactly("worker");
    JsonNode device = override.at("/services/worker/deploy/resources/reservations/devices").get(0);
    assertThat(device.get("driver").asText()).isEqualTo("nvidia");
    assertThat(device.get("capabilities").get(0).asText()).isEqualTo("gpu");
    Set<String> targets = targets();
    assertThat(targets).contains(override.at("/services/worker/build/target").asText());
    assertThat(targets).contains(compose().at("/services/worker/build/target").asText());
  }

  @Test
  void theImageTakesWhatIsThereAndRunsAsNobodySpecial() throws IOException {
    List<String> lines = Files.readAllLines(INFRA.resolve("worker.Dockerfile"));
    assertThat(lines).contains("USER 10001", "ENTRYPOINT [\"sh\", \"/opt/espalier/espalier\"]");
    for (String line : lines) {
      if (line.startsWith("COPY ") && !line.startsWith("COPY --from") && !line.contains(". .")) {
        assertThat(ROOT.resolve(line.split(" ")[1])).as(line).exists();
      }
      if (line.startsWith("FROM ")) assertThat(line).doesNotContain("latest");
    }
    assertThat(String.join("\n", lines)).contains("torch==" + pytorch());
  }

  @Test
  void prometheusFindsEveryServiceItScrapes() throws Exception {
    JsonNode config = yaml(INFRA.resolve("compose.prometheus.yml")).get(0);
    Set<String> services = names(compose().get("services"));
    for (JsonNode job : config.get("scrape_configs")) {
      for (JsonNode found : job.path("dns_sd_configs")) {
        assertThat(services).contains(found.get("names").get(0).asText());
      }
      for (JsonNode target : job.path("static_configs").path(0).path("targets")) {
        assertThat(services).contains(target.asText().split(":")[0]);
      }
    }
    String promtool = ExternalProgram.PROMTOOL.get().toString();
    String said =
        run(promtool, "check", "config", INFRA.resolve("compose.prometheus.yml").toString());
    assertThat(said).contains("SUCCESS");
  }

  @Test
  void everyWorkerEndsInTimeIsProbedAndHasNoRights() throws IOException {
    for (JsonNode deployment : deployments()) {
      JsonNode pod = deployment.at("/spec/template/spec");
      assertThat(deployment.at("/spec/selector/matchLabels"))
          .isEqualTo(deployment.at("/spec/template/metadata/labels"));
      assertThat(pod.get("terminationGracePeriodSeconds").asLong())
          .isGreaterThan(WorkerProcess.GRACE.toSeconds());
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.get("automountServiceAccountToken").asBoolean(true)).isFalse();
      JsonNode worker = pod.get("containers").get(0);
      JsonNode rights = worker.get("securityContext");
      assertThat(rights.get("allowPrivilegeEscalation").asBoolean(true)).isFalse();
      assertThat(rights.get("readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(rights.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
      for (String probe : List.of("startupProbe", "livenessProbe")) {
        assertThat(worker.at("/" + probe + "/httpGet/path").asText()).isEqualTo("/health/live");
      }
      assertThat(worker.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
      assertThat(worker.at("/readinessProbe/httpGet/port").asText())
          .isEqualTo(worker.at("/ports/0/name").asText());
      for (String kind : List.of("requests", "limits")) {
        assertThat(names(worker.at("/resources/" + kind)))
            .contains("cpu", "memory", "ephemeral-storage");
      }
      Set<String> mounted = new HashSet<>();
      worker.get("volumeMounts").forEach(mount -> mounted.add(mount.get("name").asText()));
      Set<String> volumes = new HashSet<>();
      pod.get("volumes").forEach(volume -> volumes.add(volume.get("name").asText()));
      assertThat(mounted).isEqualTo(volumes);
    }
  }

  @Test
  void oneWorkerHasOneGpuAndTheQueuesAreAllServed() throws IOException {
    Set<String> queues = new TreeSet<>();
    for (JsonNode deployment : deployments()) {
      JsonNode worker = deployment.at("/spec/template/spec/containers").get(0);
      assertThat(worker.at("/args/0").asText()).isEqualTo("worker");
      List<String> served = List.of(worker.at("/args/2").asText().split(","));
      queues.addAll(served);
      boolean gpu = served.contains("gpu");
      for (String kind : List.of("requests", "limits")) {
        assertThat(worker.get("resources").get(kind).path("nvidia.com/gpu").asText())
            .isEqualTo(gpu ? "1" : "");
      }
      if (gpu) {
        assertThat(deployment.at("/spec/strategy/rollingUpdate/maxSurge").asInt(-1)).isZero();
      }
    }
    assertThat(queues).isEqualTo(new TreeSet<>(WorkerProcess.QUEUES));
  }

  @Test
  void secretsAreNamedNotWrittenAndSettingsAreWhole() throws IOException {
    JsonNode secret = yaml(MANIFESTS.resolve("secret.example.yaml")).get(0);
    JsonNode config = yaml(MANIFESTS.resolve("config.yaml")).get(0);
    for (JsonNode deployment : deployments()) {
      JsonNode worker = deployment.at("/spec/template/spec/containers").get(0);
      assertThat(worker.at("/envFrom/0/configMapRef/name")).isEqualTo(config.at("/metadata/name"));
      for (JsonNode variable : worker.get("env")) {
        assertThat(variable.has("value")).as(variable.toString()).isFalse();
        JsonNode reference = variable.at("/valueFrom/secretKeyRef");
        assertThat(reference.get("name")).isEqualTo(secret.at("/metadata/name"));
        assertThat(names(secret.get("stringData"))).contains(reference.get("key").asText());
      }
    }
    assertThat(names(config.get("data"))).noneMatch(name -> SECRET.matcher(name).matches());
    assertThat(names(config.get("data")))
        .contains("TEMPORAL_ADDRESS", "S3_ENDPOINT", "ESPALIER_METRICS_HOST");
    JsonNode kustomization = yaml(MANIFESTS.resolve("kustomization.yaml")).get(0);
    for (JsonNode file : kustomization.get("resources")) {
      assertThat(MANIFESTS.resolve(file.asText())).exists();
      assertThat(file.asText()).doesNotContain("secret");
    }
  }

  @Test
  void kubectlPutsTheManifestsTogether() throws Exception {
    boolean there =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
    Assumptions.assumeTrue(there, "kubectl is not installed");
    String whole = run("kubectl", "kustomize", MANIFESTS.toString());
    List<JsonNode> objects = documents(whole);
    assertThat(objects.stream().map(object -> object.get("kind").asText()))
        .containsExactlyInAnyOrder(
            "Namespace", "ConfigMap", "Deployment", "Deployment", "PodDisruptionBudget");
    assertThat(objects.stream().filter(object -> !object.get("kind").asText().equals("Namespace")))
        .allSatisfy(
            object -> assertThat(object.at("/metadata/namespace").asText()).isEqualTo("espalier"));
  }

  private static String pytorch() throws IOException {
    return Pattern.compile("<pytorch.version>(.*)</pytorch.version>")
        .matcher(Files.readString(ROOT.resolve("pom.xml")))
        .results()
        .findFirst()
        .orElseThrow()
        .group(1);
  }

  /** Ports of this machine on which a service is found. */
  private static List<Integer> published(JsonNode compose, String service) {
    List<Integer> ports = new ArrayList<>();
    for (JsonNode port : compose.at("/services/" + service + "/ports")) {
      ports.add(Integer.valueOf(port.asText().split(":")[1]));
    }
    return ports;
  }

  private static Set<String> targets() throws IOException {
    return Pattern.compile("(?m)^FROM \\S+ AS (\\S+)$")
        .matcher(Files.readString(INFRA.resolve("worker.Dockerfile")))
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toSet());
  }

  private static List<JsonNode> deployments() throws IOException {
    List<JsonNode> deployments = new ArrayList<>();
    for (String file : List.of("gpu-worker.yaml", "cpu-worker.yaml")) {
      for (JsonNode object : yaml(MANIFESTS.resolve(file))) {
        if (object.get("kind").asText().equals("Deployment")) deployments.add(object);
      }
    }
    assertThat(deployments).hasSize(2);
    return deployments;
  }

  private static JsonNode compose() throws IOException {
    return yaml(INFRA.resolve("compose.yaml")).get(0);
  }

  private static List<JsonNode> services(JsonNode compose) {
    List<JsonNode> services = new ArrayList<>();
    compose.get("services").forEach(services::add);
    assertThat(services).hasSizeGreaterThan(6);
    return services;
  }

  private static List<JsonNode> yaml(Path file) throws IOException {
    return documents(Files.readString(file));
  }

  private static List<JsonNode> documents(String text) {
    List<JsonNode> documents = new ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    for (Object document : new Yaml(new SafeConstructor(options)).loadAll(text)) {
      documents.add(mapper.valueToTree(document));
    }
    return documents;
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
