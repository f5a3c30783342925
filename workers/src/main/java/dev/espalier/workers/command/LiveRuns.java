package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.workers.console.Pace;
import dev.espalier.workflows.RunStatus;
import dev.espalier.workflows.RunStatus.State;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepProgress;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.client.WorkflowStub;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a server as a live table shows them: those under way with the arms of sweeps, then
 * those that ended last. Runs are asked beside each other, and one that does not answer at once is
 * shown as it was known before.
 */
final class LiveRuns implements AutoCloseable {
  /** Of what has ended, so much is shown. */
  static final int ENDED = 10;

  private static final int UNDER_WAY = 200;
  private static final int THREADS = 8;
  private static final long PATIENCE_MILLIS = 1500;

  private final WorkflowClient client;
  private final Watch watch;
  private final Set<String> only;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          work -> {
            Thread thread = new Thread(work, "status");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, Details> known = new ConcurrentHashMap<>();
  private final Map<String, Future<?>> asked = new HashMap<>();
  private final Map<String, Outcome> outcomes = new HashMap<>();

  /** What a run under way says of itself; {@code arms} and {@code progress} of a sweep alone. */
  private record Details(
      boolean paused,
      Optional<RunStatus> status,
      List<Watch.Stage> stages,
      List<SweepArm> arms,
      Optional<SweepProgress> progress) {
    static final Details NONE =
        new Details(false, Optional.empty(), List.of(), List.of(), Optional.empty());
  }

  /** What an ended run came to. */
  private record Outcome(String line, double best) {
    static final Outcome NONE = new Outcome("", Double.NaN);
  }

  /**
   * @param only ids of the runs to show; empty for all
   */
  LiveRuns(WorkflowClient client, Set<String> only) {
    this.client = client;
    this.watch = new Watch(client);
    this.only = Set.copyOf(only);
  }

  /** The table's rows at this moment. */
  List<LiveRow> rows() throws InterruptedException {
    Map<String, WorkflowExecutionMetadata> running =
        listed("ExecutionStatus = 'Running'", UNDER_WAY);
    Map<String, WorkflowExecutionMetadata> ended =
        listed("ExecutionStatus != 'Running'", 4 * ENDED);
    ask(running.values());
    Set<String> arms = new HashSet<>();
    for (Details details : known.values()) details.arms.forEach(arm -> arms.add(arm.run()));
    arms.removeAll(only);
    List<LiveRow> rows = new ArrayList<>();
    for (WorkflowExecutionMetadata run : running.values()) {
      if (arms.contains(id(run))) continue;
      if (isSweep(run)) rows.addAll(sweep(id(run)));
      else rows.add(single(id(run), id(run)));
    }
    ended.values().stream()
        .filter(run -> !running.containsKey(id(run)) && !arms.contains(id(run)))
        .filter(run -> only.contains(id(run)) || !isArm(run))
        .limit(ENDED)
        .forEach(run -> rows.add(ended(run)));
    return rows;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** The newest run of each id, newest first. */
  private Map<String, WorkflowExecutionMetadata> listed(String state, int most) {
    String which =
        only.isEmpty()
            ? ""
            : only.stream()
                .sorted()
                .collect(Collectors.joining("','", " AND WorkflowId IN ('", "')"));
    try (Stream<WorkflowExecutionMetadata> runs =
        client.listExecutions(RunLine.OURS + " AND " + state + which)) {
      Map<String, WorkflowExecutionMetadata> newest = new LinkedHashMap<>();
      runs.limit(most)
          .sorted(Comparator.comparing(WorkflowExecutionMetadata::getStartTime).reversed())
          .forEach(run -> newest.putIfAbsent(id(run), run));
      return newest;
    }
  }

  /** Asks those that are not still asked, and waits a moment for their answers. */
  private void ask(Iterable<WorkflowExecutionMetadata> running) throws InterruptedException {
    Map<String, Boolean> sweeps = new LinkedHashMap<>();
    for (Details details : known.values()) {
      details.arms.stream().filter(LiveRuns::atWork).forEach(arm -> sweeps.put(arm.run(), false));
    }
    for (WorkflowExecutionMetadata run : running) sweeps.put(id(run), isSweep(run));
    asked.keySet().retainAll(sweeps.keySet());
    known.keySet().retainAll(sweeps.keySet());
    sweeps.forEach(
        (run, sweep) -> {
          Future<?> before = asked.get(run);
          if (before != null && !before.isDone()) return;
          asked.put(run, threads.submit(() -> known.put(run, details(run, sweep))));
        });
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    for (Future<?> answer : asked.values()) {
      try {
        answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        return;
      } catch (ExecutionException e) {
        continue; // Shown as it was known before.
      }
    }
  }

  private Details details(String run, boolean sweep) {
    if (sweep) {
      return new Details(
          watch.paused(run),
          Optional.empty(),
          List.of(),
          watch.leaderboard(run),
          watch.progress(run));
    }
    List<Watch.Stage> stages = watch.stages(run);
    Optional<RunStatus> status = watch.status(run);
    boolean paused = status.map(RunStatus::paused).orElse(false);
    return new Details(paused, status, stages, List.of(), Optional.empty());
  }

  private List<LiveRow> sweep(String run) {
    Details details = known.getOrDefault(run, Details.NONE);
    List<SweepArm> arms = details.arms;
    String stage = details.progress.map(LiveRuns::words).orElse("");
    double best = lowest(arms.stream().mapToDouble(LiveRuns::distance));
    List<LiveRow> rows = new ArrayList<>();
    rows.add(row(run, run, details.paused ? "paused" : "running", stage, null, best));
    for (SweepArm arm : arms) {
      if (atWork(arm)) rows.add(single(arm.run(), "  " + arm.label()));
    }
    arms.stream()
        .filter(arm -> arm.state() == State.DONE || arm.state() == State.FAILED)
        .limit(ENDED)
        .forEach(arm -> rows.add(ended(arm)));
    return rows;
  }

  private static String words(SweepProgress progress) {
    int over = progress.done() + progress.failed();
    String failed = progress.failed() == 0 ? "" : ", " + progress.failed() + " failed";
    return over + "/" + progress.arms() + " arms" + failed;
  }

  private static LiveRow ended(SweepArm arm) {
    String state = arm.state().name().toLowerCase(Locale.ROOT);
    String note = Objects.requireNonNullElse(arm.note(), "");
    return row(arm.run(), "  " + arm.label(), state, note, null, distance(arm));
  }

  private LiveRow single(String run, String name) {
    Details details = known.getOrDefault(run, Details.NONE);
    Watch.@Nullable Stage at = details.stages.isEmpty() ? null : details.stages.get(0);
    Optional<String> step = details.status.map(RunStatus::stage);
    String stage = step.orElse(at == null ? "" : at.name());
    if (at != null && !at.begun()) stage += " (waits)";
    else if (at != null && at.attempt() > 1) stage += " (attempt " + at.attempt() + ")";
    boolean held =
        details.status.stream()
            .flatMap(status -> status.steps().stream())
            .anyMatch(s -> s.state() == State.PAUSED);
    String state = held ? "paused" : details.paused ? "pausing" : "running";
    double best = details.status.map(LiveRuns::best).orElse(Double.NaN);
    return row(run, name, state, stage, at == null ? null : at.beat(), best);
  }

  private LiveRow ended(WorkflowExecutionMetadata run) {
    Outcome known = outcomes.computeIfAbsent(run.getExecution().getRunId(), id -> outcome(run));
    Outcome outcome = known == null ? Outcome.NONE : known;
    return row(id(run), id(run), RunLine.state(run), outcome.line, null, outcome.best);
  }

  /** Null if the server does not tell it in time. */
  private @Nullable Outcome outcome(WorkflowExecutionMetadata run) {
    if (run.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW) {
      return Outcome.NONE;
    }
    WorkflowStub stub =
        client.newUntypedWorkflowStub(
            id(run), Optional.of(run.getExecution().getRunId()), Optional.empty());
    try {
      JsonNode result = stub.getResult(5, TimeUnit.SECONDS, JsonNode.class);
      return new Outcome("", result == null ? Double.NaN : best(result));
    } catch (TimeoutException e) {
      return null;
    } catch (WorkflowException e) {
      boolean failed = run.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED;
      return new Outcome(failed ? Failure.reason(e) : "", Double.NaN);
    }
  }

  private static LiveRow row(
      String run, String name, String state, String stage, Watch.@Nullable Beat beat, double best) {
    return new LiveRow(
        run,
        name,
        state,
        stage,
        beat == null ? LiveRow.UNKNOWN : beat.count(),
        beat == null ? LiveRow.UNKNOWN : LiveRow.number(beat.loss(), "%.4f"),
        beat == null || beat.left() == null ? LiveRow.UNKNOWN : Pace.text(beat.left()),
        LiveRow.number(best, "%.3f"));
  }

  /** Of the networks that the run has made so far. */
  private static double best(RunStatus status) {
    return lowest(
        status.steps().stream()
            .filter(step -> !step.name().equals("evaluate dense") && step.result() != null)
            .map(step -> Objects.requireNonNull(step.result()).path("frechetDistance"))
            .mapToDouble(LiveRuns::value));
  }

  /** Of a result of any kind. */
  private static double best(JsonNode result) {
    JsonNode arms = result.path("arms");
    if (arms.isArray()) {
      List<JsonNode> all = new ArrayList<>();
      arms.forEach(arm -> all.add(arm.at("/score/frechetDistance")));
      arms.forEach(arm -> all.add(arm.at("/result/finetuned/frechetDistance")));
      return lowest(all.stream().mapToDouble(LiveRuns::value));
    }
    JsonNode distance = result.at("/finetuned/frechetDistance");
    return value(distance.isNumber() ? distance : result.path("validationLoss"));
  }

  private static double lowest(DoubleStream values) {
    return values.filter(value -> !Double.isNaN(value)).min().orElse(Double.NaN);
  }

  private static double value(JsonNode number) {
    return number.isNumber() ? number.doubleValue() : Double.NaN;
  }

  private static double distance(SweepArm arm) {
    SweepArm.Score score = arm.score();
    return score == null ? Double.NaN : score.frechetDistance();
  }

  private static boolean atWork(SweepArm arm) {
    return arm.state() == State.RUNNING || arm.state() == State.PAUSED;
  }

  private static boolean isSweep(WorkflowExecutionMetadata run) {
    return run.getWorkflowType().equals("SweepWorkflow");
  }

  private static boolean isArm(WorkflowExecutionMetadata run) {
    return run.getWorkflowExecutionInfo().getMemo().containsFields("sweep");
  }

  private static String id(WorkflowExecutionMetadata run) {
    return run.getExecution().getWorkflowId();
  }
}
