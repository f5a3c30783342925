package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.activities.metrics.MetricNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DashboardTest {
  private static final Path ROOT = Path.of(System.getProperty("espalier.root"));
  private static final Pattern METRIC = Pattern.compile("\\bespalier_\\w+");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");

  @TestFactory
  List<DynamicTest> everyDashboardQueriesOnlyWhatIsExported() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : dashboards()) {
      JsonNode dashboard = read(file);
      tests.add(
          DynamicTest.dynamicTest(
              file.getFileName().toString(),
              () -> {
                assertThat(MetricNames.exported()).containsAll(metrics(dashboard));
                assertThat(used(dashboard)).isSubsetOf(defined(dashboard));
              }));
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  @Test
  void convergenceShowsAllThatTrainingAndEvaluationExportOfARun() throws IOException {
    JsonNode dashboard = read(ROOT.resolve("dashboards/convergence.json"));
    List<String> ofRuns =
        Stream.of(MetricNames.values())
            .filter(metric -> metric.labels().contains("run"))
            .flatMap(metric -> metric.series().stream())
            .toList();
    assertThat(metrics(dashboard)).containsAll(ofRuns);
    assertThat(metrics(dashboard))
        .contains("espalier_checkpoints_written_total", "espalier_checkpoint_failures_total");
    assertThat(defined(dashboard)).contains("run", "stage");
    assertThat(dashboard.get("schemaVersion").asInt()).isEqualTo(42);
  }

  @Test
  void selectorsNameOnlyLabelsThatTheirMetricHas() throws IOException {
    Pattern selector = Pattern.compile("(espalier_\\w+)\\{([^}]*)}");
    for (Path file : dashboards()) {
      for (String query : queries(read(file))) {
        Matcher found = selector.matcher(query);
        while (found.find()) {
          List<String> labels = metric(found.group(1)).labels();
          for (String part : found.group(2).split(",")) {
            assertThat(labels).as(query).contains(part.replaceFirst("[=!~].*", ""));
          }
        }
      }
    }
  }

  @Test
  void panelsHaveTheirOwnPlaceAndTheProvisionedSource() throws IOException {
    String provisioned =
        Files.readString(ROOT.resolve("infra/grafana/provisioning/datasources/prometheus.yaml"));
    for (Path file : dashboards()) {
      JsonNode dashboard = read(file);
      Set<Integer> ids = new TreeSet<>();
      boolean[][] taken = new boolean[24][1000];
      for (JsonNode panel : dashboard.get("panels")) {
        assertThat(ids.add(panel.get("id").asInt())).as("id of %s", panel.get("title")).isTrue();
        occupy(taken, panel);
      }
      for (JsonNode source : dashboard.findValues("datasource")) {
        assertThat(provisioned).contains("uid: " + source.get("uid").asText() + "\n");
      }
    }
  }

  private static void occupy(boolean[][] taken, JsonNode panel) {
    JsonNode at = panel.get("gridPos");
    for (int x = at.get("x").asInt(); x < at.get("x").asInt() + at.get("w").asInt(); x++) {
      for (int y = at.get("y").asInt(); y < at.get("y").asInt() + at.get("h").asInt(); y++) {
        assertThat(taken[x][y]).as("%s overlaps at %d, %d", panel.get("title"), x, y).isFalse();
        taken[x][y] = true;
      }
    }
  }

  private static MetricNames metric(String series) {
    return Stream.of(MetricNames.values())
        .filter(metric -> metric.series().contains(series))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not exported"));
  }

  /** PromQL of all panels and variables. */
  private static List<String> queries(JsonNode dashboard) {
    List<String> queries = new ArrayList<>(dashboard.findValuesAsText("expr"));
    queries.addAll(dashboard.findValuesAsText("definition"));
    assertThat(queries).isNotEmpty();
    return queries;
  }

  private static Set<String> metrics(JsonNode dashboard) {
    return matches(METRIC, queries(dashboard), 0);
  }

  private static Set<String> used(JsonNode dashboard) {
    Set<String> variables = matches(VARIABLE, queries(dashboard), 1);
    variables.removeIf(name -> name.startsWith("__"));
    return variables;
  }

  private static Set<String> defined(JsonNode dashboard) {
    return new TreeSet<>(dashboard.at("/templating/list").findValuesAsText("name"));
  }

  private static Set<String> matches(Pattern pattern, List<String> texts, int group) {
    Set<String> found = new TreeSet<>();
    texts.forEach(text -> pattern.matcher(text).results().forEach(m -> found.add(m.group(group))));
    return found;
  }

  private static List<Path> dashboards() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("dashboards"))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static JsonNode read(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
