package dev.espalier.workflows;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A sweep's arms as they are seen from outside: by query and in the details of the UI. */
final class Leaderboard {
  private static final Comparator<SweepArm> BEST_FIRST =
      Comparator.comparingDouble(Leaderboard::distance);

  private final Map<String, SweepArm> arms = new LinkedHashMap<>();
  private String title = "";
  private @Nullable String report;
  private boolean paused;

  void title(String text) {
    title = text;
  }

  void paused(boolean now) {
    paused = now;
    show();
  }

  void expect(String run, String label) {
    set(new SweepArm(run, label, RunStatus.State.WAITING, null, null));
  }

  void running(String run) {
    set(new SweepArm(run, label(run), RunStatus.State.RUNNING, null, null));
  }

  void waiting(String run, String reason) {
    set(new SweepArm(run, label(run), RunStatus.State.WAITING, null, reason));
  }

  void failed(String run, String reason) {
    set(new SweepArm(run, label(run), RunStatus.State.FAILED, null, reason));
  }

  void done(String run, CompressionResult result) {
    set(new SweepArm(run, label(run), RunStatus.State.DONE, result, null));
  }

  void report(String location) {
    report = location;
    show();
  }

  String label(String run) {
    return Objects.requireNonNull(arms.get(run), run).label();
  }

  /** What the arms are called, by their runs. */
  Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    arms.forEach((run, arm) -> labels.put(run, arm.label()));
    return labels;
  }

  /** Best Fréchet distance first, those without one last, otherwise in the grid's order. */
  List<SweepArm> arms() {
    return arms.values().stream().sorted(BEST_FIRST).toList();
  }

  /** The results there are, in the grid's order. */
  List<CompressionResult> results() {
    return arms.values().stream().map(SweepArm::result).filter(Objects::nonNull).toList();
  }

  private static double distance(SweepArm arm) {
    return arm.result() == null
        ? Double.POSITIVE_INFINITY
        : arm.result().finetuned().frechetDistance();
  }

  private void set(SweepArm arm) {
    arms.put(arm.run(), arm);
    show();
  }

  private void show() {
    StringBuilder text = new StringBuilder("## " + title + "\n\n");
    if (paused) text.append("**Paused**; `resume` lets it go on.\n\n");
    text.append("| arm | state | Fréchet distance | SSIM | parameters |\n");
    text.append("|---|---|---:|---:|---:|\n");
    for (SweepArm arm : arms()) text.append(row(arm));
    if (report != null) text.append("\nReport: `").append(report).append("`\n");
    Summaries.show(text.toString());
  }

  private static String row(SweepArm arm) {
    CompressionResult result = arm.result();
    if (result == null) {
      String note = arm.note() == null ? "" : ": " + arm.note();
      return "| " + arm.label() + " | " + RunSteps.mark(arm.state()) + note + " | | | |\n";
    }
    return Summaries.format(
        "| %s | %s | %.2f | %.3f | %,d |\n",
        arm.label(),
        RunSteps.mark(arm.state()),
        result.finetuned().frechetDistance(),
        result.finetuned().ssim(),
        result.finetuned().parameters());
  }
}
