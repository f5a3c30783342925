package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.metrics.MetricNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every dashboard against what the program exports and what Grafana takes. */
class DashboardTest {
  private static final Pattern SELECTOR = Pattern.compile("(?<![\\w:])(espalier_\\w+)\\{([^}]*)}");
  private static final Pattern LEGEND = Pattern.compile("\\{\\{(\\w+)}}");
  private static final Set<String> OF_THE_SCRAPE = Set.of("instance", "job");

  private static Set<String> exported;

  @BeforeAll
  static void scrape(@TempDir Path folder) throws Exception {
    exported = ExportedMetrics.all(folder);
  }

  @TestFactory
  Stream<DynamicTest> onlyWhatIsExportedIsQueried() throws IOException {
    return each(
        dashboard -> {
          Set<String> read = new TreeSet<>();
          dashboard.expressions().forEach(query -> read.addAll(Promql.metrics(query)));
          assertThat(read).isNotEmpty();
          assertThat(exported).containsAll(read);
        });
  }

  @TestFactory
  Stream<DynamicTest> selectorsNameOnlyLabelsThatTheirMetricHas() throws IOException {
    return each(
        dashboard -> {
          for (String query : dashboard.expressions()) {
            Matcher found = SELECTOR.matcher(query);
            while (found.find()) {
              List<String> labels = labels(found.group(1));
              for (String part : found.group(2).split(",")) {
                String label = part.replaceFirst("[=!~].*", "");
                if (!OF_THE_SCRAPE.contains(label)) assertThat(labels).as(query).contains(label);
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> legendsAndColumnsNameWhatTheQueryLeaves() throws IOException {
    return each(
        dashboard -> {
          for (Dashboard.Target target : dashboard.targets()) {
            Set<String> by = Promql.groupedBy(target.expression());
            Matcher label = LEGEND.matcher(target.json().path("legendFormat").asText());
            while (label.find()) {
              Set<String> there = new HashSet<>(OF_THE_SCRAPE);
              there.addAll(by);
              if (by.isEmpty()) {
                Promql.metrics(target.expression()).forEach(name -> there.addAll(labels(name)));
              }
              assertThat(there).as(target.where()).contains(label.group(1));
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> variablesThatAreUsedAreDefinedAndTheOtherWayRound() throws IOException {
    return each(
        dashboard -> {
          List<String> defined = new ArrayList<>();
          Set<String> used = new TreeSet<>();
          for (JsonNode variable : dashboard.variables()) {
            // One that was not chosen yet cannot be used.
            String definition = variable.path("definition").asText();
            assertThat(defined).containsAll(Dashboard.variablesIn(definition));
            used.addAll(Dashboard.variablesIn(definition));
            defined.add(variable.get("name").asText());
          }
          dashboard.expressions().forEach(query -> used.addAll(Dashboard.variablesIn(query)));
          dashboard
              .json()
              .findValuesAsText("url")
              .forEach(url -> used.addAll(Dashboard.variablesIn(url)));
          assertThat(used).isEqualTo(new TreeSet<>(defined));
          assertThat(defined).doesNotHaveDuplicates();
        });
  }

  @TestFactory
  Stream<DynamicTest> itsShapeIsGrafanas() throws IOException {
    String provisioned =
        Files.readString(
            Dashboard.ROOT.resolve("infra/grafana/provisioning/datasources/prometheus.yaml"));
    Matcher uid = Pattern.compile("uid: (\\S+)").matcher(provisioned);
    assertThat(uid.find()).isTrue();
    String source = uid.group(1);
    return each(dashboard -> new GrafanaSchema(source).check(dashboard));
  }

  @Test
  void noTwoHaveTheSameIdAndTheyLinkToEachOther() throws IOException {
    List<Dashboard> all = Dashboard.all();
    assertThat(all).extracting(d -> d.json().get("uid").asText()).doesNotHaveDuplicates();
    Set<String> linked = new TreeSet<>();
    for (Dashboard dashboard : all) {
      assertThat(dashboard.json().get("links").findValuesAsText("type")).contains("dashboards");
      for (String url : dashboard.json().findValuesAsText("url")) {
        Matcher to = Pattern.compile("/d/([\\w-]+)\\?.*").matcher(url);
        if (to.matches()) linked.add(to.group(1));
      }
    }
    assertThat(all).extracting(d -> d.json().get("uid").asText()).containsAll(linked);
    assertThat(linked).contains("espalier-convergence");
  }

  @Test
  void convergenceShowsAllThatAStageAndAnEvaluationExportOfARun() throws IOException {
    assertThat(read("convergence"))
        .containsAll(series(metric -> metric.labels().contains("run")))
        .containsAll(ExactCurves.exported())
        .contains("espalier_checkpoints_written_total", "espalier_checkpoint_failures_total");
  }

  @Test
  void platformShowsAllThatIsExportedOfNoRun() throws IOException {
    List<String> elsewhere =
        List.of(
            // The sums of them are shown.
            "_bucket",
            // Of the longest, that of a checkpoint is.
            "stage_duration_seconds_max",
            "store_request_seconds_max",
            // Steps and checkpoints are shown by run.
            "train_steps_total",
            "train_images_total",
            "checkpoints_written_total");
    List<String> missing = new ArrayList<>(series(metric -> !metric.labels().contains("run")));
    missing.removeAll(read("platform"));
    missing.removeIf(name -> elsewhere.stream().anyMatch(name::endsWith));
    assertThat(missing).isEmpty();
    assertThat(read("platform"))
        .contains(
            "temporal_worker_task_slots_used",
            "temporal_num_pollers",
            "jvm_memory_used_bytes",
            "process_memory_resident_bytes",
            "instance:espalier_native_memory:bytes",
            "disk_free_bytes",
            "gpu_memory_used_bytes",
            "gpu_utilization_ratio");
  }

  private static Set<String> read(String name) throws IOException {
    Set<String> read = new TreeSet<>();
    Dashboard.named(name).expressions().forEach(query -> read.addAll(Promql.metrics(query)));
    return read;
  }

  private static List<String> series(Predicate<MetricNames> of) {
    return Stream.of(MetricNames.values())
        .filter(of)
        .flatMap(metric -> metric.series().stream())
        .toList();
  }

  private static Stream<DynamicTest> each(Consumer<Dashboard> check) throws IOException {
    return Dashboard.all().stream()
        .map(dashboard -> DynamicTest.dynamicTest(dashboard.name(), () -> check.accept(dashboard)));
  }

  /** Labels of a series; of one that another program names, none is known. */
  private static List<String> labels(String series) {
    if (ExactCurves.exported().contains(series)) return List.of("experiment", "run", "stage");
    if (series.startsWith("gpu_")) return List.of("gpu");
    return Stream.of(MetricNames.values())
        .filter(metric -> metric.series().contains(series))
        .map(MetricNames::labels)
        .findFirst()
        .orElse(List.of());
  }
}
