package dev.espalier.activities;

import dev.espalier.compression.data.ImageDataset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who carries out what stages ask for: a Temporal activity ({@link InActivityHost}), or nobody. */
interface StageHost {
  /** The derivation's result: found on the shelf, or computed. */
  DurableStage.Done run(
      Workbench bench, DurableStage.Derivation derivation, DurableStage.Work work);

  /** Gives signs of life for {@code work}, which has no progress to report. */
  <T> T attend(Workbench bench, String stage, Supplier<T> work);

  /** Opens a stage's data in the shape of its network; see {@link Workbench#data}. */
  ImageDataset open(Workbench bench, String stage, String data, int @Nullable [] shape);
}
