package dev.espalier.client;

import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepProgress;
import dev.espalier.workflows.SweepResult;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import java.util.List;
import java.util.Optional;

/** A sweep on the server: its arms are runs of their own. */
public final class SweepRun extends Run<SweepResult> {
  SweepRun(WorkflowClient client, WorkflowStub stub) {
    super(client, stub, SweepResult.class);
  }

  /**
   * Every arm as it stands, the best first, those without a result last; none while no worker
   * answers.
   */
  public List<SweepArm> leaderboard() {
    return query("leaderboard", SweepArm[].class).map(arms -> List.of(arms)).orElse(List.of());
  }

  /** Arms that are over, of all; the stage is how many are at work. */
  @Override
  public Optional<RunProgress> progress() {
    return query("progress", SweepProgress.class).map(this::seen);
  }

  private RunProgress seen(SweepProgress sweep) {
    return new RunProgress(
        id(),
        sweep.running() == 0 ? null : sweep.running() + " arms",
        sweep.done() + sweep.failed(),
        sweep.arms(),
        query("paused", Boolean.class).orElse(false),
        null);
  }
}
