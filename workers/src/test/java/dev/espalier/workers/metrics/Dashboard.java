package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One file of {@code dashboards/}.
 *
 * @param name the file's, without its ending
 */
record Dashboard(String name, JsonNode json) {
  static final Path ROOT = Path.of(System.getProperty("espalier.root"));

  private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)(?:[.:]\\w+)*}|(\\w+))");

  /**
   * A query of a panel.
   *
   * @param where {@code dashboard: panel [refId]}
   */
  record Target(String where, JsonNode panel, JsonNode json) {
    String expression() {
      return json.path("expr").asText();
    }
  }

  /** What a variable takes its values from: the label's of the series that match. */
  record LabelValues(String match, String label) {
    private static final Pattern CALL = Pattern.compile("label_values\\((.+), (\\w+)\\)");

    static LabelValues of(String definition) {
      Matcher call = CALL.matcher(definition);
      assertThat(call.matches()).as(definition).isTrue();
      return new LabelValues(call.group(1), call.group(2));
    }
  }

  /** All there are. */
  static List<Dashboard> all() throws IOException {
    List<Dashboard> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(ROOT.resolve("dashboards"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        String name = file.getFileName().toString().replace(".json", "");
        all.add(new Dashboard(name, Json.parse(Files.readString(file), name)));
      }
    }
    assertThat(all).extracting(Dashboard::name).contains("compare", "convergence", "platform");
    return all;
  }

  static Dashboard named(String name) throws IOException {
    return all().stream().filter(d -> d.name().equals(name)).findFirst().orElseThrow();
  }

  List<JsonNode> panels() {
    return list(json.path("panels"));
  }

  List<JsonNode> variables() {
    return list(json.at("/templating/list"));
  }

  List<JsonNode> annotations() {
    return list(json.at("/annotations/list"));
  }

  List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (JsonNode panel : panels()) {
      for (JsonNode target : panel.path("targets")) {
        String where =
            name + ": " + panel.path("title").asText() + " [" + target.path("refId").asText() + "]";
        targets.add(new Target(where, panel, target));
      }
    }
    return targets;
  }

  /** PromQL of all panels, marks and variables. */
  List<String> expressions() {
    List<String> all = new ArrayList<>();
    targets().forEach(target -> all.add(target.expression()));
    annotations().forEach(mark -> all.add(mark.path("expr").asText()));
    for (JsonNode variable : variables()) {
      if (variable.has("definition")) {
        all.add(LabelValues.of(variable.get("definition").asText()).match());
      }
    }
    return all;
  }

  /** Names of the variables that the text refers to, Grafana's own left out. */
  static Set<String> variablesIn(String text) {
    Set<String> names = new TreeSet<>();
    replace(
        text,
        name -> {
          if (!name.startsWith("__")) names.add(name);
          return "";
        });
    return names;
  }

  /** The text with every variable's value in its place. */
  static String replace(String text, UnaryOperator<String> value) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    value.apply(found.group(1) == null ? found.group(2) : found.group(1))));
  }

  static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
