package dev.espalier.workflows;

import dev.espalier.workflows.RunStatus.State;
import dev.espalier.workflows.SweepArm.Score;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A sweep's arms as they are seen from outside: by query and in the details of the UI. */
final class Leaderboard {
  /** Rows of the details; one that is looked at while hundreds of arms run stays readable. */
  private static final int ROWS = 64;

  /** An arm as it is now, by its number. */
  private record Entry(int number, String group, SweepArm arm, int rung, double loss) {
    boolean is(State state) {
      return arm.state() == state;
    }
  }

  /** The farther on the rungs the better, then by loss, then in their order. */
  private static final Comparator<Entry> BEST_FIRST =
      Comparator.comparingInt((Entry entry) -> -entry.rung)
          .thenComparingDouble(Entry::loss)
          .thenComparingInt(Entry::number);

  private final List<Entry> entries = new ArrayList<>();
  private final TreeSet<Entry> done = new TreeSet<>(BEST_FIRST);
  private final Map<Integer, Entry> atWork = new LinkedHashMap<>();
  private final RunView view;
  private String name = "";
  private Objective objective = Objective.FRECHET_DISTANCE;
  private @Nullable String report;
  private boolean paused;
  private int failed;
  private int stagesRun;
  private int stagesSaved;
  private int parallel;

  Leaderboard(RunView view) {
    this.view = view;
  }

  /** Says whose arms they are, and what they are ranked by. */
  void of(String sweep, Objective ranking) {
    name = sweep;
    objective = ranking;
  }

  void paused(boolean now) {
    paused = now;
    show();
  }

  void parallel(int most) {
    parallel = most;
    show();
  }

  /** Adds to the stages that were carried out, and to those that were not. */
  void count(int run, int saved) {
    stagesRun += run;
    stagesSaved += saved;
  }

  /** Announces the next arm. */
  void expect(String run, String label, String group) {
    SweepArm arm = new SweepArm(run, label, State.WAITING, null, null, null);
    entries.add(new Entry(entries.size(), group, arm, -1, Double.POSITIVE_INFINITY));
    if (entries.size() <= ROWS) show();
  }

  void running(int number, String run) {
    set(number, run, State.RUNNING, null, null, null);
  }

  void waiting(int number, String run, String reason) {
    set(number, run, State.WAITING, null, reason, null);
  }

  void failed(int number, String run, @Nullable String reason) {
    set(number, run, State.FAILED, null, reason, null);
    failed++;
    show();
  }

  /**
   * @param rung that it ended on
   * @param note where it goes no further than that
   */
  void done(
      int number,
      String run,
      Score score,
      @Nullable CompressionResult result,
      int rung,
      double loss,
      @Nullable String note) {
    CompressionResult kept = entries.size() <= SweepArm.MOST_WITH_RESULTS ? result : null;
    set(number, run, State.DONE, kept, note, score);
    Entry entry = entries.get(number);
    entry = new Entry(number, entry.group(), entry.arm(), rung, loss);
    entries.set(number, entry);
    done.add(entry);
    show();
  }

  void report(String location) {
    report = location;
    show();
  }

  /** The best arms that are done, by their runs, with what they are called. */
  Map<String, String> best(int most) {
    Map<String, String> labels = new LinkedHashMap<>();
    done.stream()
        .limit(most)
        .sorted(Comparator.comparingInt(Entry::number))
        .forEach(entry -> labels.put(entry.arm().run(), entry.arm().label()));
    return labels;
  }

  /** Best first, those without a result last, otherwise in their order. */
  List<SweepArm> arms(int most) {
    Stream<Entry> others = entries.stream().filter(entry -> !entry.is(State.DONE));
    return Stream.concat(done.stream(), others).limit(most).map(Entry::arm).toList();
  }

  /** Why the first failed arm failed; nothing where none did. */
  @Nullable String firstFailure() {
    return entries.stream()
        .filter(entry -> entry.is(State.FAILED))
        .findFirst()
        .map(entry -> entry.arm().note())
        .orElse(null);
  }

  SweepProgress progress() {
    return new SweepProgress(
        entries.size(), done.size(), failed, atWork.size(), stagesRun, stagesSaved, parallel);
  }

  /** Points with several replicates that are done, best mean first. */
  List<Replicates> groups() {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (Entry entry : done) {
      double value = Objects.requireNonNull(entry.arm().score()).objective();
      if (entry.group().equals(entry.arm().label()) || !Double.isFinite(value)) continue;
      values.computeIfAbsent(entry.group(), group -> new ArrayList<>()).add(value);
    }
    return values.entrySet().stream()
        .filter(group -> group.getValue().size() > 1)
        .map(group -> Replicates.of(group.getKey(), group.getValue()))
        .sorted(Comparator.comparingDouble(group -> objective.loss(group.mean())))
        .toList();
  }

  private void set(
      int number,
      String run,
      State state,
      @Nullable CompressionResult result,
      @Nullable String note,
      @Nullable Score score) {
    Entry before = entries.get(number);
    if (before.is(State.DONE)) done.remove(before);
    SweepArm arm = new SweepArm(run, before.arm().label(), state, result, note, score);
    Entry now = new Entry(number, before.group(), arm, -1, Double.POSITIVE_INFINITY);
    entries.set(number, now);
    if (state == State.RUNNING) {
      atWork.put(number, now);
    } else {
      atWork.remove(number);
    }
    if (state == State.RUNNING || state == State.WAITING) show();
  }

  private void show() {
    StringBuilder text = new StringBuilder("## sweep " + name + "\n\n");
    if (paused) text.append("**Paused**; `resume` lets it go on.\n\n");
    text.append(
        Summaries.format(
            "%,d of %,d arms done, %,d failed, %,d at work · %,d stages run, %,d saved\n\n",
            done.size(), entries.size(), failed, atWork.size(), stagesRun, stagesSaved));
    text.append("| arm | state | ")
        .append(heading())
        .append("Fréchet distance | \u2003SSIM | parameters |\n");
    text.append("|---|---|").append(ownColumn() ? "---:|" : "").append("---:|---:|---:|\n");
    rows().forEach(entry -> text.append(row(entry.arm())));
    Summaries.show(text + view.links(name, Workflow.getInfo().getWorkflowId(), report));
  }

  private Stream<Entry> rows() {
    if (entries.size() > ROWS) {
      return Stream.concat(done.stream().limit(ROWS / 2), atWork.values().stream().limit(ROWS / 2));
    }
    return Stream.concat(done.stream(), entries.stream().filter(entry -> !entry.is(State.DONE)));
  }

  /** The objective has a column of its own where it is none of the others. */
  private boolean ownColumn() {
    return objective != Objective.FRECHET_DISTANCE && objective != Objective.SSIM;
  }

  private String heading() {
    return ownColumn() ? objective.label() + " | " : "";
  }

  private String row(SweepArm arm) {
    Score score = arm.score();
    String note = arm.note() == null ? "" : ": " + arm.note();
    String start = "| " + arm.label() + " | " + RunSteps.mark(arm.state()) + note + " | ";
    if (score == null) return start + (ownColumn() ? "| " : "") + "| | |\n";
    return start
        + (ownColumn() ? Summaries.format("%.4g | ", score.objective()) : "")
        + Summaries.format(
            "%.2f | %.3f | %s |\n",
            score.frechetDistance(), score.ssim(), Summaries.count(score.parameters()));
  }
}
