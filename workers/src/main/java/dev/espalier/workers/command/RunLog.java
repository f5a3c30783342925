package dev.espalier.workers.command;

import dev.espalier.workers.command.Watch.Beat;
import dev.espalier.workers.command.Watch.Stage;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Everything that is known of what happened to a run that a server knows, in its order. */
final class RunLog {
  private static final Duration RARELY = Duration.ofSeconds(30);
  private static final int PARTS = 10;

  private final String run;
  private final RunShelf shelf;
  private final WorkerLog worker;
  private final Watch watch;
  private final RunHistory history;
  private final HistoryLines events;
  private final Map<String, Told> told = new HashMap<>();

  /** What was last told of a stage at work. */
  private record Told(boolean begun, long part, long nanos) {}

  /** A line with the time by which it is put among others. */
  private record Placed(Instant at, LogLine line) {}

  RunLog(WorkflowClient client, String run, RunShelf shelf, WorkerLog worker) {
    this.run = run;
    this.shelf = shelf;
    this.worker = worker;
    this.watch = new Watch(client);
    this.history = new RunHistory(client, run);
    this.events = new HistoryLines(shelf::curve);
  }

  /**
   * Tells all that has happened, and how far the stage at work is.
   *
   * @param follow whether to go on until the run is over
   * @return false if the run came to an end that is not its result
   */
  boolean tell(boolean follow, Consumer<LogLine> to) throws IOException {
    history.rewind();
    List<Placed> past = new ArrayList<>();
    List<HistoryEvent> some = history.further(follow);
    while (!some.isEmpty()) {
      some.forEach(event -> place(event, past));
      some = history.further(follow);
    }
    worker
        .further(this::names)
        .forEach(e -> past.add(new Placed(e.at(), LogLine.at(e.at(), e.text()))));
    past.stream().sorted(Comparator.comparing(Placed::at)).map(Placed::line).forEach(to);
    if (!history.ended()) shelf.curveSoFar().forEach(to);
    atWork(to);
    while (follow && !history.ended()) {
      for (HistoryEvent event : history.further(true)) events.of(event).forEach(to);
      worker.further(this::names).forEach(e -> to.accept(LogLine.at(e.at(), e.text())));
      atWork(to);
    }
    return !events.failed();
  }

  /** Lines without a time go before the one that has it. */
  private void place(HistoryEvent event, List<Placed> past) {
    Instant at =
        Instant.ofEpochSecond(event.getEventTime().getSeconds(), event.getEventTime().getNanos());
    for (LogLine line : events.of(event)) past.add(new Placed(at, line));
  }

  /** By which a worker's log names the run: itself, and the keys of its stages. */
  private Set<String> names() {
    Set<String> names = new LinkedHashSet<>(Set.of(run));
    for (String stage : shelf.stages()) names.add(stage.substring(stage.lastIndexOf('/') + 1));
    return names;
  }

  /** What is new of the stages at work: another attempt, a tenth of the steps, half a minute. */
  private void atWork(Consumer<LogLine> to) {
    if (history.ended()) return;
    for (Stage stage : watch.stages(run)) {
      Told before = told.getOrDefault(stage.id(), new Told(true, -1, 0));
      Beat beat = stage.beat();
      String name = events.stage(stage.id()).orElse(stage.name());
      if (stage.lost() != null && events.isNew(stage.id(), stage.attempt())) {
        String why = FailureWords.of(stage.lost());
        to.accept(now(HistoryLines.attempt(name, stage.attempt(), why)));
      }
      if (!stage.begun() && before.begun) to.accept(now(name + ": waits for a worker"));
      long part = beat == null ? -1 : beat.step() * PARTS / beat.steps();
      boolean rarely = System.nanoTime() - before.nanos > RARELY.toNanos();
      boolean due = beat != null && (part != before.part || rarely);
      if (due) to.accept(now(name + " " + beat));
      told.put(stage.id(), new Told(stage.begun(), part, due ? System.nanoTime() : before.nanos));
    }
  }

  private static LogLine now(String text) {
    return LogLine.at(Instant.now(), text);
  }
}
