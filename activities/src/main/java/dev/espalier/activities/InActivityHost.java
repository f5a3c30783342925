package dev.espalier.activities;

import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.workflows.Observed;
import dev.espalier.workflows.Progress;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Temporal activity that this thread is: its heartbeats are sent while a stage works. */
final class InActivityHost implements StageHost {
  private static final Logger log = LoggerFactory.getLogger(InActivityHost.class);

  @Override
  public DurableStage.Done run(
      Workbench bench, DurableStage.Derivation derivation, DurableStage.Work work) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    Beats beats = new Beats(context, derivation.stage(), bench.beat());
    try (Liveness liveness = Liveness.open(beats, bench.beat(), bench.silence(), beats.latest)) {
      Shelf shelf = bench.shelf().claimedBy(new ActivityClaimant(context));
      return new DurableStage(shelf, bench.meters()).run(derivation, liveness, work);
    } catch (Exception | Error e) {
      Optional<OutOfMemory> memory = OutOfMemory.of(e, beats.outOfMemory + 1);
      if (memory.isPresent()) {
        beats.ranOut();
        throw memory.get();
      }
      if (e instanceof Error error) throw error;
      throw e instanceof RuntimeException known ? known : Activity.wrap((Exception) e);
    }
  }

  /** Carries from attempt to attempt how many of them had too little memory. */
  private static final class Beats implements Heartbeat {
    private final ActivityExecutionContext context;
    private final int outOfMemory;
    private final ProgressNotes notes;
    private volatile StageProgress latest;

    Beats(ActivityExecutionContext context, String stage, Duration beat) {
      this.context = context;
      this.notes = new ProgressNotes(beat, System::nanoTime);
      this.outOfMemory =
          context
              .getLastHeartbeatDetails(StageProgress.class)
              .map(StageProgress::outOfMemory)
              .orElse(0);
      this.latest = StageProgress.of(stage, 0, 0);
    }

    @Override
    public void send(Object details) {
      latest = ((StageProgress) details).withOutOfMemory(outOfMemory);
      context.heartbeat(latest);
      notes.due(latest).ifPresent(this::tell);
    }

    /** Tells the run, without waiting for the server: it is shown, and nothing depends on it. */
    private void tell(Progress progress) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  context
                      .getWorkflowClient()
                      .newUntypedWorkflowStub(
                          context.getInfo().getWorkflowId(),
                          Optional.of(context.getInfo().getRunId()),
                          Optional.empty())
                      .signal(Observed.PROGRESS, progress);
                } catch (RuntimeException e) {
                  log.debug("nobody heard how far {} is", progress.stage(), e);
                }
              },
              "progress");
      thread.setDaemon(true);
      thread.start();
    }

    /** The failure of this attempt takes the latest details along. */
    void ranOut() {
      try {
        context.heartbeat(latest.withOutOfMemory(outOfMemory + 1));
      } catch (RuntimeException e) {
        log.debug("nobody heard of it", e);
      }
    }
  }

  /** Also what a command does by itself, which no server waits for. */
  @Override
  public <T> T attend(Workbench bench, String stage, Supplier<T> work) {
    Optional<ActivityExecutionContext> context = context();
    if (context.isEmpty()) return work.get();
    StageProgress first = StageProgress.of(stage, 0, 0);
    try (Liveness liveness =
        Liveness.open(context.get()::heartbeat, bench.beat(), bench.silence(), first)) {
      T result = work.get();
      liveness.beat();
      return result;
    }
  }

  private static Optional<ActivityExecutionContext> context() {
    try {
      return Optional.of(Activity.getExecutionContext());
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }

  @Override
  public ImageDataset open(Workbench bench, String stage, String data, int @Nullable [] shape) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    StageProgress before =
        context.getLastHeartbeatDetails(StageProgress.class).orElse(StageProgress.of(stage, 0, 0));
    try (Liveness liveness =
        Liveness.open(context::heartbeat, bench.beat(), bench.silence(), before)) {
      return bench.datasets().open(data, shape, (done, files) -> liveness.beat());
    }
  }
}
