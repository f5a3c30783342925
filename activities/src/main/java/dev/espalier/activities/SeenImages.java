package dev.espalier.activities;

import dev.espalier.compression.evaluate.Extractor;
import dev.espalier.compression.evaluate.FeatureFile;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What an extractor sees in many images, in temporary files: neither the images nor the features
 * have to be in memory at once.
 */
final class SeenImages implements AutoCloseable {
  private static final int BATCH = 250;

  private final Path features;
  private final @Nullable Path probabilities;

  private SeenImages(Path features, @Nullable Path probabilities) {
    this.features = features;
    this.probabilities = probabilities;
  }

  /** Where images come from. */
  interface Source {
    /** The images {@code from} to {@code to}, exclusive: uint8 [N, C, H, W]. */
    Tensor images(int from, int to);
  }

  /**
   * Shows {@code count} images to {@code extractor}, a batch at a time.
   *
   * @param classes whether class probabilities are wanted too
   * @param progress hears how many images were seen
   */
  static SeenImages of(
      Extractor extractor, int count, Source source, boolean classes, IntConsumer progress)
      throws IOException {
    SeenImages seen =
        new SeenImages(
            Files.createTempFile("features", ".safetensors"),
            classes ? Files.createTempFile("classes", ".safetensors") : null);
    try {
      seen.write(extractor, count, source, progress);
      return seen;
    } catch (IOException | RuntimeException | Error e) {
      seen.close();
      throw e;
    }
  }

  private void write(Extractor extractor, int count, Source source, IntConsumer progress)
      throws IOException {
    Path second = probabilities;
    try (FeatureFile out = FeatureFile.create(features, count, extractor.width());
        FeatureFile classes =
            second == null ? null : FeatureFile.create(second, count, extractor.classes())) {
      for (int from = 0; from < count; from += BATCH) {
        int to = Math.min(count, from + BATCH);
        Extractor.Seen batch = extractor.see(source.images(from, to), classes != null);
        out.add(batch.features());
        Tensor shares = batch.probabilities();
        if (classes != null && shares != null) classes.add(shares);
        progress.accept(to);
      }
    }
  }

  /** The file with the features, a {@link FeatureFile}. */
  Path file() {
    return features;
  }

  /** Float32 [count, width]. */
  Tensor features() throws IOException {
    return FeatureFile.map(features);
  }

  /** Float32 [count, classes]; null unless they were wanted. */
  @Nullable Tensor probabilities() throws IOException {
    return probabilities == null ? null : FeatureFile.map(probabilities);
  }

  /** Deletes the files; what was mapped stays readable. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(features);
    if (probabilities != null) Files.deleteIfExists(probabilities);
  }
}
