package dev.espalier.activities;

import dev.espalier.compression.data.ImageDataset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries out stages on the calling thread; every single beat is heard, and may end the stage. */
final class HeardHost implements StageHost {
  /**
   * One point of a stage.
   *
   * @param key of the stage's result
   */
  record Point(String key, StageProgress progress) {
    /** The same whatever was saved. */
    String where() {
      return key + " " + progress.step() + "/" + progress.steps();
    }
  }

  final List<Point> points = new ArrayList<>();
  private Consumer<Point> listener = point -> {};

  /** From now on {@code listener} is told each point, and may throw. */
  void onPoint(Consumer<Point> listener) {
    this.listener = listener;
  }

  @Override
  public DurableStage.Done run(
      Workbench bench, DurableStage.Derivation derivation, DurableStage.Work work) {
    StageProgress[] latest = new StageProgress[1];
    Heartbeat heartbeat =
        details -> {
          if (details == latest[0]) return;
          latest[0] = (StageProgress) details;
          Point point = new Point(derivation.key(), latest[0]);
          points.add(point);
          listener.accept(point);
        };
    try (Liveness liveness =
        new Liveness(heartbeat, Duration.ZERO, Duration.ofHours(1), System::nanoTime)) {
      return new DurableStage(bench.shelf(), bench.meters()).run(derivation, liveness, work);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public ImageDataset open(Workbench bench, String stage, String data, int @Nullable [] shape) {
    return bench.datasets().open(data, shape, (done, files) -> {});
  }

  @Override
  public <T> T attend(Workbench bench, String stage, Supplier<T> work) {
    return work.get();
  }
}
