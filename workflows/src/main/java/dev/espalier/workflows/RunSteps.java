package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one run: carried out one after the other as far as its gate lets them, and seen from
 * outside by query and in the details of the UI.
 */
final class RunSteps {
  private record Entry(
      String setting, RunStatus.State state, @Nullable JsonNode result, String words) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Gate gate;
  private final RunView view;
  private final SearchFields fields;
  private final String run = Workflow.getInfo().getWorkflowId();
  private String title = "";
  private boolean onDevice;
  private @Nullable Progress progress;

  RunSteps(Gate gate, RunView view) {
    this.gate = gate;
    this.view = view;
    this.fields = new SearchFields(view);
  }

  /** What the run can be searched by. */
  SearchFields fields() {
    return fields;
  }

  /** A run's whole body; how it ended can be searched by. */
  <R> R until(Supplier<R> body) {
    R result = fields.tellingFailure(body);
    fields.set(SearchFields.RUN_STATE, "done").tell();
    return result;
  }

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

  /** Whether the step is still to begin, at work or held. */
  boolean open(String name) {
    RunStatus.State state = entry(name).state();
    return state != RunStatus.State.DONE && state != RunStatus.State.FAILED;
  }

  /** Announces another setting; the step at work ends and begins again with it. */
  void change(String name, String setting) {
    Entry before = entry(name);
    entries.put(name, new Entry(setting, before.state(), before.result(), before.words()));
    if (before.state() == RunStatus.State.RUNNING) gate.interrupt();
    show();
  }

  /** How far the step at work is; of another step it is too late to tell. */
  void progress(Progress now) {
    String step = at(RunStatus.State.RUNNING);
    if (step == null || !step.startsWith(now.stage())) return;
    progress = now;
    fields.set(SearchFields.STEP, now.step()).tell();
    show();
  }

  void pause() {
    gate.pause();
    show();
  }

  /** Waits until a pause has taken effect; tells what is held. */
  String awaitHeld() {
    Workflow.await(
        () -> gate.over() || !gate.paused() || !onDevice || at(RunStatus.State.PAUSED) != null);
    String held = at(RunStatus.State.PAUSED);
    String now = at(RunStatus.State.RUNNING);
    if (!gate.paused()) return "resumed before it was paused";
    if (held != null) return "paused; " + held + " goes on when it is resumed";
    return now == null
        ? "the run ended"
        : "paused; nothing follows " + now + " until it is resumed";
  }

  /** Ends a pause; tells what goes on. */
  String resume() {
    String held = at(RunStatus.State.PAUSED);
    gate.resume();
    show();
    return held == null ? "resumed" : "resumed; " + held + " goes on";
  }

  /**
   * Runs an announced step on the device, again after each interruption, until it has come to its
   * end with the request that then holds.
   */
  <Q, R> R onDevice(
      String name, Supplier<Q> request, Function<Q, R> activity, Function<R, String> words) {
    return run(
        name,
        () -> {
          onDevice = true;
          try {
            return uninterrupted(name, request, activity);
          } finally {
            onDevice = false;
          }
        },
        words);
  }

  private <Q, R> R uninterrupted(String name, Supplier<Q> request, Function<Q, R> activity) {
    while (true) {
      Q now = request.get();
      Optional<R> result = gate.call(() -> activity.apply(now));
      if (result.isPresent() && request.get().equals(now)) return result.get();
      hold(name);
    }
  }

  private void hold(String name) {
    if (!gate.paused()) return;
    set(name, RunStatus.State.PAUSED, null, "");
    gate.pass();
    set(name, RunStatus.State.RUNNING, null, "");
  }

  /** Runs an announced step and keeps its result, told in words by {@code words}. */
  <R> R run(String name, Supplier<R> call, Function<R, String> words) {
    try {
      hold(name);
      set(name, RunStatus.State.RUNNING, null, "");
      R result = call.get();
      JsonNode json = Json.MAPPER.valueToTree(result);
      String reused = json.path("reused").asBoolean() ? " (reused)" : "";
      set(name, RunStatus.State.DONE, json, words.apply(result) + reused);
      return result;
    } catch (TemporalFailure e) {
      boolean cancelled = CancellationScope.current().isCancelRequested();
      Optional<String> line = InvalidInputFailure.line(e);
      String reason = cancelled ? "cancelled" : StageFailure.reason(e);
      set(name, RunStatus.State.FAILED, null, line.orElse(reason));
      if (cancelled || line.isPresent() || !(e instanceof ActivityFailure failed)) throw e;
      throw StageFailure.of(name, failed);
    }
  }

  RunStatus status() {
    int done = 0;
    List<RunStatus.Step> steps = new ArrayList<>();
    for (var entry : entries.entrySet()) {
      Entry at = entry.getValue();
      steps.add(new RunStatus.Step(entry.getKey(), at.setting(), at.state(), at.result()));
      if (at.state() == RunStatus.State.DONE) done++;
    }
    String held = at(RunStatus.State.PAUSED);
    String stage = held == null ? at(RunStatus.State.RUNNING) : held;
    return new RunStatus(run, stage, done, entries.size(), steps, gate.paused());
  }

  private @Nullable String at(RunStatus.State state) {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().state() == state)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) throw new IllegalStateException("step '" + name + "' was not announced");
    return entry;
  }

  private void set(String name, RunStatus.State state, @Nullable JsonNode result, String words) {
    entries.put(name, new Entry(entry(name).setting(), state, result, words));
    progress = null;
    tell(name, state);
    show();
  }

  private void tell(String step, RunStatus.State state) {
    switch (state) {
      case RUNNING ->
          fields.set(SearchFields.STAGE, step).set(SearchFields.RUN_STATE, "running").tell();
      case PAUSED -> fields.set(SearchFields.RUN_STATE, "paused").tell();
      case WAITING, DONE, FAILED -> {}
    }
  }

  private void show() {
    Summaries.show(markdown() + view.links(run, /* report= */ null));
  }

  /** Shows what the run came to, with where to look further. */
  void show(CompressionResult result) {
    Summaries.show(Summaries.of(result) + view.links(run, result.report()));
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    if (!title.isEmpty()) text.append("## ").append(title).append("\n\n");
    if (gate.paused()) {
      boolean held = at(RunStatus.State.PAUSED) != null;
      text.append(held ? "**Paused**" : "**Pausing**").append("; `resume` lets it go on.\n\n");
    }
    text.append("| step | state | result |\n|---|---|---|\n");
    entries.forEach(
        (name, at) ->
            text.append(Summaries.format("| %s | %s | %s |\n", name, mark(at.state()), words(at))));
    return text.toString();
  }

  private String words(Entry at) {
    return progress != null && at.state() == RunStatus.State.RUNNING
        ? progress.words()
        : at.words();
  }

  /** The state with its sign, which a narrow column does not part from it. */
  static String mark(RunStatus.State state) {
    return switch (state) {
      case WAITING -> "waiting";
      case RUNNING -> "▶\u00a0running";
      case PAUSED -> "‖\u00a0paused";
      case DONE -> "✓\u00a0done";
      case FAILED -> "✗\u00a0failed";
    };
  }
}
