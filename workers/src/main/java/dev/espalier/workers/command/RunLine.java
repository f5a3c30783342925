package dev.espalier.workers.command;

import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.workflows.RunStatus;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionMetadata;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run in a list.
 *
 * @param kind compression, sweep or train; absent where only the shelf knows it
 * @param state such as {@code running}, {@code paused}, {@code completed}, {@code failed}, or
 *     {@code on the shelf}
 * @param stage at work, if any
 * @param started as is {@code ended}, UTC to the second
 * @param report whether the shelf has one
 */
record RunLine(
    String run,
    @Nullable String kind,
    String state,
    @Nullable String stage,
    @Nullable String started,
    @Nullable String ended,
    boolean report) {
  /** Temporal's query for the runs of this program. */
  static final String OURS =
      "WorkflowType IN ('CompressionWorkflow', 'SweepWorkflow', 'TrainWorkflow')";

  private static final String FOLDER = "runs";

  /** What a server knows, newest first. */
  static List<RunLine> known(WorkflowClient client) {
    Watch watch = new Watch(client);
    try (Stream<WorkflowExecutionMetadata> runs = client.listExecutions(OURS)) {
      return runs.sorted(Comparator.comparing(WorkflowExecutionMetadata::getStartTime).reversed())
          .map(run -> of(run, watch))
          .toList();
    }
  }

  /** {@code known}, with what the shelf says of them, and then the runs only it knows. */
  static List<RunLine> with(List<RunLine> known, ObjectStore store) {
    Set<String> reports = new TreeSet<>();
    Set<String> onShelf = new TreeSet<>();
    for (ObjectStore.Stat object : store.list(FOLDER)) {
      String[] path = object.key().split("/");
      if (path.length < 3) continue;
      onShelf.add(path[1]);
      if (path[2].equals("report.html")) reports.add(path[1]);
    }
    List<RunLine> all = new ArrayList<>();
    for (RunLine line : known) all.add(line.reported(reports.contains(line.run)));
    onShelf.removeAll(known.stream().map(RunLine::run).collect(Collectors.toSet()));
    for (String run : onShelf) {
      all.add(new RunLine(run, null, "on the shelf", null, null, null, reports.contains(run)));
    }
    return all;
  }

  private RunLine reported(boolean there) {
    return new RunLine(run, kind, state, stage, started, ended, there);
  }

  private static RunLine of(WorkflowExecutionMetadata run, Watch watch) {
    String id = run.getExecution().getWorkflowId();
    boolean running = run.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    String stage = running ? watch.status(id).map(RunStatus::stage).orElse(null) : null;
    return new RunLine(
        id,
        run.getWorkflowType().replaceFirst("Workflow$", "").toLowerCase(Locale.ROOT),
        running && watch.paused(id) ? "paused" : state(run),
        stage,
        text(run.getStartTime()),
        text(run.getCloseTime()),
        false);
  }

  /** Such as {@code running}, {@code completed} or {@code timed out}. */
  static String state(WorkflowExecutionMetadata run) {
    return run.getStatus()
        .name()
        .replace("WORKFLOW_EXECUTION_STATUS_", "")
        .replace('_', ' ')
        .toLowerCase(Locale.ROOT);
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
