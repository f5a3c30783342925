package dev.espalier.activities;

import dev.espalier.compression.evaluate.Extractor;
import dev.espalier.compression.evaluate.FeatureFile;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an extractor sees in many images, in temporary files: neither the images nor the features
 * have to be in memory at once.
 */
final class SeenImages implements AutoCloseable {
  private static final int BATCH = 250;
  private static final String WORK = "features";
  private static final String FEATURES = "features";
  private static final String CLASSES = "classes";
  private static final StateDict NO_STATE = new StateDict(Map.of());

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
   * Shows {@code count} images to {@code extractor}, a batch at a time, but for those that an
   * earlier attempt has shown it.
   *
   * @param classes whether class probabilities are wanted too
   * @param partial hears how many images were seen; saves may read the files until they are closed
   */
  static SeenImages of(
      Extractor extractor, int count, Source source, boolean classes, PartialResults partial)
      throws IOException {
    SeenImages seen =
        new SeenImages(
            Files.createTempFile("features", ".safetensors"),
            classes ? Files.createTempFile("classes", ".safetensors") : null);
    try {
      seen.write(extractor, count, source, partial);
      return seen;
    } catch (IOException | RuntimeException | Error e) {
      seen.close();
      throw e;
    }
  }

  private void write(Extractor extractor, int count, Source source, PartialResults partial)
      throws IOException {
    Path second = probabilities;
    try (FeatureFile out = FeatureFile.create(features, count, extractor.width());
        FeatureFile classes =
            second == null ? null : FeatureFile.create(second, count, extractor.classes())) {
      PartialRows rows =
          partial.rows(
              WORK,
              BATCH,
              4L * (extractor.width() + (second == null ? 0 : extractor.classes())),
              this::rows,
              (from, found) -> {
                out.add(found.get(FEATURES));
                if (classes != null) classes.add(found.get(CLASSES));
              });
      for (int from = rows.finished(); from < count; from += BATCH) {
        int to = Math.min(count, from + BATCH);
        Extractor.Seen batch = extractor.see(source.images(from, to), classes != null);
        out.add(batch.features());
        Tensor shares = batch.probabilities();
        if (classes != null && shares != null) classes.add(shares);
        rows.finished(to);
        partial.reached(WORK, to, count, () -> NO_STATE);
      }
    }
  }

  private StateDict rows(int from, int to) throws IOException {
    Map<String, Tensor> rows = new LinkedHashMap<>();
    rows.put(FEATURES, FeatureFile.rows(features, from, to));
    if (probabilities != null) rows.put(CLASSES, FeatureFile.rows(probabilities, from, to));
    return new StateDict(rows);
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
