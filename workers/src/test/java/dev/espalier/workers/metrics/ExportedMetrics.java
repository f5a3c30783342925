package dev.espalier.workers.metrics;

import dev.espalier.activities.metrics.MetricNames;
import io.temporal.worker.MetricsType;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The series that Prometheus can have of this program: its own, those of the process and of GPUs as
 * an endpoint really serves them, those of Temporal's SDK by its own table of names, those of the
 * recording rules, the exact curves', and {@code up}.
 */
final class ExportedMetrics {
  private static final Pattern RECORD = Pattern.compile("- record: (\\S+)");

  private ExportedMetrics() {}

  /**
   * @param folder to work in
   */
  static Set<String> all(Path folder) throws Exception {
    Set<String> all = new TreeSet<>(MetricNames.exported());
    all.addAll(ExactCurves.exported());
    all.addAll(served(folder));
    all.addAll(temporal(MetricsType.class));
    all.addAll(temporal(io.temporal.serviceclient.MetricsType.class));
    String rules = Files.readString(Dashboard.ROOT.resolve("infra/rules/recording.yml"));
    RECORD.matcher(rules).results().forEach(rule -> all.add(rule.group(1)));
    all.add("up");
    return all;
  }

  private static Set<String> served(Path folder) throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.at(0)) {
      endpoint.watch(folder);
      endpoint.watchGpus(StandInGpu.in(folder));
      System.gc(); // Its pause is a meter only when there was one.
      for (int i = 0; ; i++) {
        Set<String> names = names(scrape(endpoint));
        boolean whole =
            names.containsAll(List.of("gpu_utilization_ratio", "jvm_gc_pause_seconds_sum"));
        if (whole || i == 600) return names;
        Thread.sleep(100);
      }
    }
  }

  static String scrape(MetricsEndpoint endpoint) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(endpoint.address()).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  /** The names in a scrape. */
  static Set<String> names(String scrape) {
    Set<String> names = new TreeSet<>();
    scrape
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> names.add(line.split("[{ ]", 2)[0]));
    return names;
  }

  /** Every name in every form: the table does not tell counters, timers and gauges apart. */
  private static Set<String> temporal(Class<?> table) throws IllegalAccessException {
    Set<String> names = new TreeSet<>();
    for (Field field : table.getFields()) {
      if (field.getType() != String.class) continue;
      String name = (String) field.get(null);
      Stream.of("", "_total", "_seconds_count", "_seconds_sum", "_seconds_max", "_seconds_bucket")
          .forEach(form -> names.add(name + form));
    }
    return names;
  }
}
