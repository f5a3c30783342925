package dev.espalier.activities;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.evaluate.Extractor;
import dev.espalier.compression.evaluate.FeatureFile;
import dev.espalier.compression.evaluate.FeatureStatistics;
import dev.espalier.compression.evaluate.Measurement;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What metrics need of a data set, each an artifact of its own under the stage {@code evaluate},
 * made by the first run that asks: the features, their statistics, and the radii of their balls.
 * The keys are made of the extractor's content and the data's fingerprint, so all arms, runs and
 * processes share them; whoever needs the statistics alone reads no features.
 */
final class RealImages implements Measurement.Real {
  private static final int ALGORITHM = 1;
  private static final String FEATURES = "features.safetensors";
  private static final String STATISTICS = "statistics.safetensors";
  private static final String RADII = "radii.safetensors";

  private final Workbench bench;
  private final String run;
  private final String stage;
  private final NamedExtractor extractor;
  private final ImageDataset data;
  private final int neighbours;
  private final Duration saveEvery;

  /**
   * @param neighbours k of the radii
   * @param saveEvery of work
   */
  RealImages(
      Workbench bench,
      String run,
      String stage,
      NamedExtractor extractor,
      ImageDataset data,
      int neighbours,
      Duration saveEvery) {
    this.bench = bench;
    this.run = run;
    this.stage = stage;
    this.extractor = extractor;
    this.data = data;
    this.neighbours = neighbours;
    this.saveEvery = saveEvery;
  }

  /** The images themselves. */
  ImageDataset data() {
    return data;
  }

  /** Configuration of the artifacts: what of the real images they hold. */
  private record Of(String real) {}

  private record OfRadii(String real, int neighbours) {}

  /**
   * What a manifest notes.
   *
   * @param environments what it was made on, where that is not the same for all of it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Numbers(
      String extractor, int images, double seconds, @Nullable List<String> environments) {}

  @Override
  public Tensor features() throws IOException {
    StoredArtifact artifact =
        made(
            new Of("features"),
            (step, staging) -> {
              try (Torch.Session session = Torch.open();
                  Extractor eye = extractor.open(session, data.imageShape())) {
                PartialResults partial =
                    PartialResults.open(stage, step, session.environment(), saveEvery);
                try (SeenImages seen =
                    SeenImages.of(eye, data.size(), this::pixels, false, partial)) {
                  staging.add(FEATURES, seen.file()).numbers(numbers(step, partial.environments()));
                }
              }
            });
    return FeatureFile.map(artifact.fetch(FEATURES));
  }

  @Override
  public FeatureStatistics statistics() throws IOException {
    StoredArtifact artifact =
        made(
            new Of("statistics"),
            (step, staging) ->
                staging
                    .add(STATISTICS, FeatureStatistics.of(features()).toStateDict(), Map.of())
                    .numbers(numbers(step, null)));
    return FeatureStatistics.of(Safetensors.read(artifact.fetch(STATISTICS)).tensors());
  }

  @Override
  public double[] squaredRadii() throws IOException {
    StoredArtifact artifact =
        made(
            new OfRadii("radii", neighbours),
            (step, staging) -> {
              Tensor features = features();
              try (Torch.Session session = Torch.open()) {
                PartialResults partial =
                    PartialResults.open(stage, step, session.environment(), saveEvery);
                double[] radii = Measurement.squaredRadii(features, neighbours, "radii", partial);
                Tensor tensor = Tensor.of(radii, radii.length);
                staging
                    .add(RADII, new StateDict(Map.of("squared", tensor)), Map.of())
                    .numbers(numbers(step, partial.environments()));
              }
            });
    return Safetensors.read(artifact.fetch(RADII)).tensors().get("squared").doubles();
  }

  private StoredArtifact made(Object config, DurableStage.Work work) {
    List<String> inputs = List.of(extractor.identity(), data.fingerprint());
    DurableStage.Done done = bench.run(run, stage, ALGORITHM, config, inputs, work);
    return PartialResults.discard(bench.shelf(), done).artifact();
  }

  private Numbers numbers(DurableStage.Step step, @Nullable List<String> environments) {
    return new Numbers(extractor.name(), data.size(), step.meters().seconds(), environments);
  }

  private Tensor pixels(int from, int to) {
    int[] shape = data.imageShape();
    byte[] pixels = data.pixels(IntStream.range(from, to).toArray());
    return Tensor.of(pixels, to - from, shape[0], shape[1], shape[2]);
  }
}
