package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.activities.metrics.Evaluation;
import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.shelf.Staging;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.Extractor;
import dev.espalier.compression.evaluate.ImageGrid;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.compression.evaluate.Measurement;
import dev.espalier.compression.evaluate.Metric;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Draws images from a network and measures them by the metrics that the configuration asks for:
 * against the real images, in the features of the extractor, and against the dense network's images
 * from the same noise.
 */
public final class EvaluateStage implements EvaluateActivity {
  private static final String STAGE = "evaluate";
  private static final int ALGORITHM = 2;
  private static final String SAMPLES = "samples.safetensors";
  private static final int SHOWN = 48;
  private static final int COLUMNS = 12;

  private final Workbench bench;
  private final Duration saveEvery;

  public EvaluateStage(Workbench bench) {
    this(bench, PartialResults.INTERVAL);
  }

  /** Partial results are saved after {@code saveEvery} of work. */
  EvaluateStage(Workbench bench, Duration saveEvery) {
    this.bench = bench;
    this.saveEvery = saveEvery;
  }

  /**
   * What a manifest notes.
   *
   * @param environment what the attempt that finished it ran on
   * @param environments what all of it ran on, where that is not the same
   */
  private record Numbers(
      @Nullable Double frechetDistance,
      @Nullable Double ssim,
      long parameters,
      long macs,
      double imagesPerSecond,
      int realImages,
      int skippedImages,
      String environment,
      double seconds,
      String extractor,
      String extractorSha256,
      int featureWidth,
      List<Measure> measures,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> environments) {
    double distance() {
      return frechetDistance == null ? Double.NaN : frechetDistance;
    }

    double likeness() {
      return ssim == null ? Double.NaN : ssim;
    }
  }

  @Override
  public Result evaluate(Request request) {
    StoredArtifact network = bench.networks().get(request.network());
    DurableStage.Done done = evaluate(request, network);
    Numbers n = Json.bind(done.artifact().numbers(), Numbers.class, done.artifact().prefix());
    bench
        .meters()
        .evaluated(
            new Evaluation(
                StageMeters.experiment(request.run()),
                request.run(),
                name(request),
                n.extractor(),
                n.distance(),
                n.likeness(),
                n.parameters(),
                n.macs(),
                n.imagesPerSecond(),
                n.measures(),
                MakingOfNetwork.of(bench.shelf(), network)));
    return new Result(
        new Artifact(done.artifact().prefix()),
        n.distance(),
        n.extractor(),
        n.likeness(),
        n.parameters(),
        n.macs(),
        n.imagesPerSecond(),
        done.reused(),
        n.seconds(),
        n.extractorSha256(),
        n.measures());
  }

  /** Which of the run's networks it is, by the stage that made it. */
  private static String name(Request request) {
    String key = request.network().key();
    boolean made = key.startsWith("stages/") && !request.network().equals(request.dense());
    return made ? key.split("/", 3)[1] : "dense";
  }

  private DurableStage.Done evaluate(Request request, StoredArtifact input) {
    StoredArtifact dense = bench.networks().get(request.dense());
    NamedExtractor extractor = NamedExtractor.of(bench, request.config().extractor());
    ImageDataset data = bench.data(STAGE, request.data(), input);
    List<String> inputs =
        List.of(
            BaseNetworks.identity(input),
            BaseNetworks.identity(dense),
            extractor.identity(),
            data.fingerprint());
    DurableStage.Done done =
        bench.run(
            request.run(),
            STAGE,
            ALGORITHM,
            request.config().withExtractor(extractor.setting()),
            inputs,
            (step, staging) -> {
              boolean isDense = input.prefix().equals(dense.prefix());
              StoredArtifact reference =
                  isDense ? null : evaluate(ofDense(request), dense).artifact();
              LoadedNetwork network = LoadedNetwork.read(input);
              data.requireShape(network.network().sampleShape());
              RealImages real =
                  new RealImages(
                      bench,
                      request.run(),
                      STAGE,
                      extractor,
                      data,
                      request.config().neighbours(),
                      saveEvery);
              work(request.config(), network, reference, extractor, real, step, staging);
            });
    return PartialResults.discard(bench.shelf(), done);
  }

  private static Request ofDense(Request r) {
    return new Request(r.run(), r.dense(), r.dense(), r.data(), r.config());
  }

  private void work(
      EvaluateConfig config,
      LoadedNetwork network,
      @Nullable StoredArtifact dense,
      NamedExtractor named,
      RealImages real,
      DurableStage.Step step,
      Staging staging)
      throws IOException {
    try (Torch.Session session = Torch.open();
        Extractor extractor = named.open(session, network.network().sampleShape())) {
      PartialResults partial = PartialResults.open(STAGE, step, session.environment(), saveEvery);
      ImageDrawing drawn = ImageDrawing.of(session, network, config, partial);
      boolean classes = config.asks(Metric.INCEPTION_SCORE);
      try (SeenImages seen =
          SeenImages.of(
              extractor,
              config.samples(),
              (from, to) -> rows(drawn.images(), from, to),
              classes,
              partial)) {
        Tensor reference = dense == null ? null : samples(dense);
        List<Measure> measures = measured(config, real, partial, drawn, reference, seen);
        Complexity complexity = network.complexity();
        staging
            .add("samples.png", grid(drawn.images()))
            .add("evaluate.json", Json.pretty(config).getBytes(UTF_8))
            .numbers(
                new Numbers(
                    value(measures, "frechet-distance"),
                    value(measures, "ssim"),
                    complexity.parameters(),
                    complexity.macs(),
                    config.samples() / drawn.seconds(),
                    real.data().size(),
                    real.data().skipped(),
                    session.environment(),
                    step.meters().seconds(),
                    named.name(),
                    named.sha256(),
                    extractor.width(),
                    measures,
                    partial.environments()));
      }
      store(drawn.images(), staging);
    }
  }

  /**
   * What ends the stage between two works, such as a wait for the real images' features, does not
   * take the works done with it.
   */
  private static List<Measure> measured(
      EvaluateConfig config,
      RealImages real,
      PartialResults partial,
      ImageDrawing drawn,
      @Nullable Tensor reference,
      SeenImages seen)
      throws IOException {
    try {
      return new Measurement(config, real, partial)
          .of(
              new Measurement.Drawn(
                  drawn.images(), reference, seen.features(), seen.probabilities()));
    } catch (RuntimeException stop) {
      partial.takeAlong(stop);
      throw stop;
    }
  }

  private static @Nullable Double value(List<Measure> measures, String name) {
    return measures.stream()
        .filter(measure -> measure.name().equals(name))
        .map(Measure::value)
        .findFirst()
        .orElse(null);
  }

  /** By way of a file: 50,000 images would be in memory three times. */
  private static void store(Tensor images, Staging staging) throws IOException {
    Path file = Files.createTempFile("samples", ".safetensors");
    try {
      Safetensors.write(file, new StateDict(Map.of("images", images)), Map.of());
      staging.add(SAMPLES, file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static Tensor samples(StoredArtifact evaluation) throws IOException {
    return Safetensors.read(evaluation.fetch(SAMPLES)).tensors().get("images");
  }

  private static byte[] grid(Tensor images) {
    return ImageGrid.png(rows(images, 0, Math.min(SHOWN, images.extent(0))), COLUMNS);
  }

  private static Tensor rows(Tensor images, int from, int to) {
    int[] indices = new int[to - from];
    for (int i = 0; i < indices.length; i++) indices[i] = from + i;
    return images.select(0, indices);
  }
}
