package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The steps of one run as they are seen from outside: by query and in the details of the UI. */
final class RunSteps {
  private record Entry(
      String setting, RunStatus.State state, @Nullable JsonNode result, String words) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private String title = "";

  /** Announces a step that will come. */
  void expect(String name, String setting) {
    entries.put(name, new Entry(setting, RunStatus.State.WAITING, null, ""));
  }

  void title(String text) {
    title = text;
  }

  /** What the timeline shows: {@code prune · diff-pruning · 50 %}. */
  String summary(String name) {
    String setting = entry(name).setting();
    return setting.isEmpty() ? name : name + " · " + setting;
  }

  /** Runs an announced step and keeps its result, told in words by {@code words}. */
  <R> R run(String name, Supplier<R> call, Function<R, String> words) {
    set(name, RunStatus.State.RUNNING, null, "");
    try {
      R result = call.get();
      JsonNode json = Json.MAPPER.valueToTree(result);
      String reused = json.path("reused").asBoolean() ? " (reused)" : "";
      set(name, RunStatus.State.DONE, json, words.apply(result) + reused);
      return result;
    } catch (TemporalFailure e) {
      set(name, RunStatus.State.FAILED, null, InvalidInputFailure.line(e).orElse(""));
      throw e;
    }
  }

  RunStatus status() {
    String running = null;
    int done = 0;
    List<RunStatus.Step> steps = new ArrayList<>();
    for (var entry : entries.entrySet()) {
      Entry at = entry.getValue();
      steps.add(new RunStatus.Step(entry.getKey(), at.setting(), at.state(), at.result()));
      if (at.state() == RunStatus.State.RUNNING) running = entry.getKey();
      if (at.state() == RunStatus.State.DONE) done++;
    }
    return new RunStatus(Workflow.getInfo().getWorkflowId(), running, done, entries.size(), steps);
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) throw new IllegalStateException("step '" + name + "' was not announced");
    return entry;
  }

  private void set(String name, RunStatus.State state, @Nullable JsonNode result, String words) {
    entries.put(name, new Entry(entry(name).setting(), state, result, words));
    Summaries.show(markdown());
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    if (!title.isEmpty()) text.append("## ").append(title).append("\n\n");
    text.append("| step | state | result |\n|---|---|---|\n");
    entries.forEach(
        (name, at) ->
            text.append(
                Summaries.format("| %s | %s | %s |\n", name, mark(at.state()), at.words())));
    return text.toString();
  }

  static String mark(RunStatus.State state) {
    return switch (state) {
      case WAITING -> "waiting";
      case RUNNING -> "▶ running";
      case DONE -> "✓ done";
      case FAILED -> "✗ failed";
    };
  }
}
