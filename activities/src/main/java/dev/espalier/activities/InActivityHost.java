package dev.espalier.activities;

import dev.espalier.compression.data.ImageDataset;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The Temporal activity that this thread is: its heartbeats are sent while a stage works. */
final class InActivityHost implements StageHost {
  /** So long may one native call take before the server is told nothing more. */
  private static final Duration SILENCE = Duration.ofMinutes(15);

  @Override
  public DurableStage.Done run(
      Workbench bench, DurableStage.Derivation derivation, DurableStage.Work work) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    StageProgress first = StageProgress.of(derivation.stage(), 0, 0);
    try (Liveness liveness = Liveness.open(context::heartbeat, bench.beat(), SILENCE, first)) {
      return new DurableStage(bench.shelf(), bench.meters()).run(derivation, liveness, work);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw Activity.wrap(e);
    }
  }

  @Override
  public <T> T attend(Workbench bench, String stage, Supplier<T> work) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    StageProgress first = StageProgress.of(stage, 0, 0);
    try (Liveness liveness = Liveness.open(context::heartbeat, bench.beat(), SILENCE, first)) {
      T result = work.get();
      liveness.beat();
      return result;
    }
  }

  @Override
  public ImageDataset open(Workbench bench, String stage, String data, int @Nullable [] shape) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    StageProgress before =
        context.getLastHeartbeatDetails(StageProgress.class).orElse(StageProgress.of(stage, 0, 0));
    try (Liveness liveness = Liveness.open(context::heartbeat, bench.beat(), SILENCE, before)) {
      return bench.datasets().open(data, shape, (done, files) -> liveness.beat());
    }
  }
}
