package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What Grafana's dashboard schema, version 42, takes, as far as these dashboards use it: a field, a
 * panel, a unit or a transformation that is not listed here is taken for a slip.
 *
 * @param source uid of the provisioned data source
 */
record GrafanaSchema(String source) {
  private static final int VERSION = 42;
  private static final int COLUMNS = 24;

  private static final Set<String> DASHBOARD =
      Set.of(
          "uid",
          "title",
          "description",
          "tags",
          "schemaVersion",
          "version",
          "editable",
          "graphTooltip",
          "timezone",
          "refresh",
          "preload",
          "time",
          "timepicker",
          "fiscalYearStartMonth",
          "links",
          "annotations",
          "templating",
          "panels");
  private static final Set<String> LINK =
      Set.of(
          "type",
          "title",
          "url",
          "tooltip",
          "icon",
          "targetBlank",
          "includeVars",
          "keepTime",
          "asDropdown",
          "tags");
  private static final Set<String> MARK =
      Set.of(
          "name",
          "enable",
          "hide",
          "iconColor",
          "datasource",
          "expr",
          "step",
          "titleFormat",
          "textFormat",
          "tagKeys",
          "useValueForTime");
  private static final Set<String> VARIABLE =
      Set.of(
          "name",
          "label",
          "description",
          "type",
          "datasource",
          "definition",
          "query",
          "refresh",
          "regex",
          "sort",
          "hide",
          "multi",
          "includeAll",
          "allValue",
          "options",
          "skipUrlSync",
          "current");
  private static final Set<String> ROW =
      Set.of("id", "type", "title", "collapsed", "panels", "gridPos");
  private static final Set<String> PANEL =
      Set.of(
          "id",
          "type",
          "title",
          "description",
          "datasource",
          "targets",
          "fieldConfig",
          "options",
          "transformations",
          "gridPos");
  private static final Set<String> TARGET =
      Set.of(
          "refId",
          "datasource",
          "editorMode",
          "expr",
          "legendFormat",
          "range",
          "instant",
          "format");
  private static final Set<String> DEFAULTS =
      Set.of("unit", "color", "custom", "decimals", "min", "max", "thresholds");
  private static final Map<String, Set<String>> OPTIONS =
      Map.of(
          "stat", Set.of("colorMode", "graphMode", "justifyMode", "textMode", "reduceOptions"),
          "timeseries", Set.of("legend", "tooltip"),
          "table", Set.of("showHeader", "cellHeight"),
          "xychart", Set.of("mapping", "series", "legend", "tooltip"));
  private static final Map<String, Set<String>> CUSTOM =
      Map.of(
          "stat", Set.of(),
          "timeseries",
              Set.of(
                  "drawStyle",
                  "lineWidth",
                  "fillOpacity",
                  "showPoints",
                  "spanNulls",
                  "lineInterpolation",
                  "scaleDistribution"),
          "table", Set.of("align", "cellOptions", "filterable"),
          "xychart", Set.of("show", "pointSize", "scaleDistribution"));
  private static final Set<String> UNITS =
      Set.of(
          "none",
          "short",
          "locale",
          "sci",
          "percentunit",
          "bool_yes_no",
          "s",
          "dateTimeAsIso",
          "bytes",
          "Bps",
          "reqps");
  private static final Set<String> PROPERTIES =
      Set.of("unit", "decimals", "links", "custom.scaleDistribution");
  private static final Set<String> TRANSFORMATIONS =
      Set.of("merge", "organize", "joinByField", "partitionByValues", "groupingToMatrix", "sortBy");
  private static final Set<String> COLOURS =
      Set.of("red", "orange", "yellow", "green", "blue", "purple");

  void check(Dashboard dashboard) {
    JsonNode json = dashboard.json();
    fields(json, DASHBOARD, dashboard.name());
    assertThat(json.get("schemaVersion").intValue()).isEqualTo(VERSION);
    assertThat(json.get("uid").asText()).matches("[a-zA-Z0-9_-]{1,40}");
    assertThat(json.get("title").asText()).isNotBlank();
    assertThat(json.get("description").asText()).isNotBlank();
    assertThat(json.get("graphTooltip").intValue()).isBetween(0, 2);
    assertThat(json.get("refresh").asText()).matches("[0-9]+[sm]");
    assertThat(json.at("/time/from").asText()).matches("now-[0-9]+[mhd]");
    assertThat(json.at("/time/to").asText()).isEqualTo("now");
    Dashboard.list(json.get("links")).forEach(this::link);
    dashboard.annotations().forEach(this::mark);
    dashboard.variables().forEach(this::variable);
    List<JsonNode> panels = dashboard.panels();
    assertThat(panels).extracting(p -> p.get("id").intValue()).doesNotHaveDuplicates();
    assertThat(panels.stream().filter(p -> p.has("targets")))
        .extracting(p -> p.get("title").asText())
        .doesNotHaveDuplicates();
    panels.forEach(this::panel);
    places(panels);
  }

  private void link(JsonNode link) {
    fields(link, LINK, "link");
    assertThat(link.get("type").asText()).isIn("dashboards", "link");
    boolean toDashboards = link.get("type").asText().equals("dashboards");
    assertThat(link.get("url").asText().isEmpty()).isEqualTo(toDashboards);
    assertThat(link.get("tags").isEmpty()).isNotEqualTo(toDashboards);
  }

  private void mark(JsonNode mark) {
    String name = mark.path("name").asText();
    fields(mark, MARK, name);
    source(mark.get("datasource"));
    assertThat(mark.get("enable").isBoolean()).isTrue();
    assertThat(mark.get("expr").asText()).as(name).isNotBlank();
    assertThat(mark.get("iconColor").asText()).isIn(COLOURS);
    assertThat(mark.get("step").asText()).matches("[0-9]+s");
    // Grafana takes the value for milliseconds.
    if (mark.path("useValueForTime").asBoolean()) {
      assertThat(mark.get("expr").asText()).contains("_time_seconds").contains("* 1000");
    }
  }

  private void variable(JsonNode variable) {
    String name = variable.path("name").asText();
    fields(variable, VARIABLE, name);
    assertThat(name).matches("[a-z]+");
    assertThat(variable.get("label").asText()).isNotBlank();
    assertThat(variable.get("hide").intValue()).isBetween(0, 2);
    assertThat(variable.get("options").isArray()).isTrue();
    if (variable.get("type").asText().equals("textbox")) {
      assertThat(variable.at("/current/value")).isEqualTo(variable.get("query"));
      assertThat(variable.at("/options/0/value")).isEqualTo(variable.get("query"));
      return;
    }
    assertThat(variable.get("type").asText()).as(name).isEqualTo("query");
    source(variable.get("datasource"));
    assertThat(variable.at("/query/query")).as(name).isEqualTo(variable.get("definition"));
    assertThat(variable.at("/query/qryType").intValue()).as(name).isEqualTo(1);
    assertThat(variable.get("refresh").intValue()).as(name).isEqualTo(2);
    assertThat(variable.get("sort").intValue()).isBetween(0, 8);
    assertThat(variable.get("multi").isBoolean()).isTrue();
    boolean all = variable.get("includeAll").booleanValue();
    assertThat(variable.at("/current/value").asText().equals("$__all")).as(name).isEqualTo(all);
    // Otherwise a long list of runs becomes a long query.
    assertThat(variable.path("allValue").asText().equals(".*")).as(name).isEqualTo(all);
  }

  private void panel(JsonNode panel) {
    String title = panel.path("title").asText();
    String type = panel.path("type").asText();
    if (type.equals("row")) {
      fields(panel, ROW, title);
      assertThat(panel.get("collapsed").booleanValue()).isFalse();
      assertThat(panel.get("panels").isEmpty()).isTrue();
      return;
    }
    fields(panel, PANEL, title);
    assertThat(OPTIONS).as(title).containsKey(type);
    assertThat(panel.get("description").asText()).as(title).isNotBlank();
    source(panel.get("datasource"));
    fields(panel.get("options"), OPTIONS.get(type), title);
    JsonNode defaults = panel.at("/fieldConfig/defaults");
    fields(defaults, DEFAULTS, title);
    assertThat(defaults.get("unit").asText()).as(title).isIn(UNITS);
    fields(defaults.path("custom"), CUSTOM.get(type), title);
    targets(panel, title);
    Set<String> names = columns(panel, title);
    for (JsonNode override : panel.at("/fieldConfig/overrides")) {
      assertThat(override.at("/matcher/id").asText()).as(title).isEqualTo("byName");
      assertThat(names).as(title).contains(override.at("/matcher/options").asText());
      for (JsonNode property : override.get("properties")) property(property, title);
    }
  }

  private static void property(JsonNode property, String title) {
    assertThat(property.get("id").asText()).as(title).isIn(PROPERTIES);
    JsonNode value = property.get("value");
    switch (property.get("id").asText()) {
      case "unit" -> assertThat(value.asText()).as(title).isIn(UNITS);
      case "decimals" -> assertThat(value.isInt()).as(title).isTrue();
      case "links" -> {
        for (JsonNode link : value) {
          fields(link, Set.of("title", "url", "targetBlank"), title);
          assertThat(link.get("url").asText()).contains("${__data.fields.");
        }
      }
      default -> assertThat(value.get("type").asText()).as(title).isIn("linear", "log");
    }
  }

  private void targets(JsonNode panel, String title) {
    List<String> ids = new ArrayList<>();
    assertThat(panel.get("targets").isEmpty()).as(title).isFalse();
    for (JsonNode target : panel.get("targets")) {
      fields(target, TARGET, title);
      source(target.get("datasource"));
      ids.add(target.get("refId").asText());
      assertThat(target.get("expr").asText()).as(title).isNotBlank();
      boolean instant = target.get("instant").booleanValue();
      assertThat(target.get("range").booleanValue()).as(title).isNotEqualTo(instant);
      String type = panel.get("type").asText();
      if (type.equals("stat") || type.equals("table")) assertThat(instant).as(title).isTrue();
      if (type.equals("timeseries")) assertThat(instant).as(title).isFalse();
      assertThat(target.path("format").asText("table")).as(title).isEqualTo("table");
      if (type.equals("table")) assertThat(target.has("format")).as(title).isTrue();
    }
    assertThat(ids).as(title).doesNotHaveDuplicates().allMatch(id -> id.matches("[A-Z]"));
  }

  /** Names of the fields that the transformations leave. */
  private static Set<String> columns(JsonNode panel, String title) {
    Set<String> names = new HashSet<>();
    Set<String> made = new TreeSet<>();
    for (JsonNode target : panel.get("targets")) {
      names.add(target.get("legendFormat").asText());
      made.add("Value #" + target.get("refId").asText());
      made.addAll(Promql.groupedBy(target.get("expr").asText()));
    }
    for (JsonNode transformation : panel.path("transformations")) {
      fields(transformation, Set.of("id", "options"), title);
      assertThat(transformation.get("id").asText()).as(title).isIn(TRANSFORMATIONS);
      JsonNode options = transformation.get("options");
      options
          .path("renameByName")
          .fields()
          .forEachRemaining(
              entry -> {
                assertThat(made).as(title).contains(entry.getKey());
                names.add(entry.getValue().asText());
              });
      options
          .path("indexByName")
          .fieldNames()
          .forEachRemaining(name -> assertThat(made).as(title).contains(name));
      for (JsonNode sort : options.path("sort")) {
        assertThat(names).as(title).contains(sort.get("field").asText());
      }
      for (JsonNode field : options.path("fields")) {
        assertThat(made).as(title).contains(field.asText());
      }
    }
    for (JsonNode axes : panel.at("/options/series")) {
      assertThat(names).as(title).contains(axes.at("/x/matcher/options").asText());
      assertThat(names).as(title).contains(axes.at("/y/matcher/options").asText());
    }
    return names;
  }

  private void source(JsonNode datasource) {
    assertThat(datasource.get("type").asText()).isEqualTo("prometheus");
    assertThat(datasource.get("uid").asText()).isEqualTo(source);
  }

  private static void places(List<JsonNode> panels) {
    Set<String> taken = new HashSet<>();
    for (JsonNode panel : panels) {
      JsonNode at = panel.get("gridPos");
      String title = panel.get("title").asText();
      fields(at, Set.of("x", "y", "w", "h"), title);
      int right = at.get("x").intValue() + at.get("w").intValue();
      int bottom = at.get("y").intValue() + at.get("h").intValue();
      assertThat(right).as(title).isLessThanOrEqualTo(COLUMNS);
      if (panel.get("type").asText().equals("row")) {
        assertThat(at.get("w").intValue()).as(title).isEqualTo(COLUMNS);
        assertThat(at.get("h").intValue()).as(title).isEqualTo(1);
      }
      for (int x = at.get("x").intValue(); x < right; x++) {
        for (int y = at.get("y").intValue(); y < bottom; y++) {
          assertThat(taken.add(x + ", " + y)).as("%s overlaps at %d, %d", title, x, y).isTrue();
        }
      }
    }
  }

  private static void fields(JsonNode object, Set<String> legal, String where) {
    List<String> unknown = new ArrayList<>();
    object.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(legal);
    assertThat(unknown).as("unknown fields of %s", where).isEmpty();
  }
}
