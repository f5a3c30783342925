package dev.espalier.activities;

import dev.espalier.activities.shelf.CorruptArtifact;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.data.ImageDataset;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries out nothing: what lies on the shelf is found, all else is {@link NotMade}. */
final class NobodyHost implements StageHost {
  /** A stage's result is not on the shelf. */
  static final class NotMade extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String stage;
    private final String key;

    NotMade(String stage, String key) {
      super(stage + " " + key + " is not made", null, false, false);
      this.stage = stage;
      this.key = key;
    }

    /** Where the result would lie. */
    String prefix() {
      return Shelf.prefix(stage, key);
    }
  }

  @Override
  public DurableStage.Done run(
      Workbench bench, DurableStage.Derivation derivation, DurableStage.Work work) {
    String key = derivation.key();
    return found(bench, Shelf.prefix(derivation.stage(), key))
        .map(there -> new DurableStage.Done(there, true, 0))
        .orElseThrow(() -> new NotMade(derivation.stage(), key));
  }

  /** A damaged manifest counts as none: its stage would make it again. */
  private static Optional<StoredArtifact> found(Workbench bench, String prefix) {
    try {
      return bench.shelf().find(prefix);
    } catch (CorruptArtifact e) {
      return Optional.empty();
    }
  }

  @Override
  public <T> T attend(Workbench bench, String stage, Supplier<T> work) {
    return work.get();
  }

  @Override
  public ImageDataset open(Workbench bench, String stage, String data, int @Nullable [] shape) {
    return bench.datasets().open(data, shape, (done, files) -> {});
  }
}
