package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.metrics.Evaluation;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.DdimSampler;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.Timesteps;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.FeatureExtractor;
import dev.espalier.compression.evaluate.FeatureStatistics;
import dev.espalier.compression.evaluate.FrechetDistance;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.evaluate.ImageGrid;
import dev.espalier.compression.evaluate.Normalisation;
import dev.espalier.compression.evaluate.Ssim;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Draws images from a network and measures them: the Fréchet distance to the real ones in the
 * features of the extractor, and the similarity to the dense network's images from the same noise.
 */
public final class EvaluateStage implements EvaluateActivity {
  private static final String STAGE = "evaluate";
  private static final int ALGORITHM = 1;
  private static final String SAMPLES = "samples.safetensors";
  private static final int SHOWN = 48;
  private static final int COLUMNS = 12;

  private final Workbench bench;
  private final Map<String, FeatureStatistics> realStatistics = new ConcurrentHashMap<>();

  public EvaluateStage(Workbench bench) {
    this.bench = bench;
  }

  private record Numbers(
      double frechetDistance,
      double ssim,
      long parameters,
      long macs,
      double imagesPerSecond,
      int realImages,
      int skippedImages,
      String environment,
      double seconds) {}

  private record Drawn(Tensor images, double seconds) {}

  @Override
  public Result evaluate(Request request) {
    DurableStage.Done done = evaluate(request, bench.networks().get(request.network()));
    Numbers n = Json.bind(done.artifact().numbers(), Numbers.class, done.artifact().prefix());
    bench
        .meters()
        .evaluated(
            new Evaluation(
                request.run(),
                request.run(),
                request.network().key(),
                request.config().extractor(),
                n.frechetDistance(),
                n.ssim(),
                n.parameters(),
                n.macs(),
                n.imagesPerSecond()));
    return new Result(
        new Artifact(done.artifact().prefix()),
        n.frechetDistance(),
        request.config().extractor(),
        n.ssim(),
        n.parameters(),
        n.macs(),
        n.imagesPerSecond(),
        done.reused(),
        n.seconds());
  }

  private DurableStage.Done evaluate(Request request, StoredArtifact input) {
    StoredArtifact dense = bench.networks().get(request.dense());
    StoredArtifact extractor = bench.networks().get(Artifact.network(request.config().extractor()));
    ImageDataset data = bench.data(STAGE, request.data(), input);
    List<String> inputs =
        List.of(
            BaseNetworks.identity(input),
            BaseNetworks.identity(dense),
            BaseNetworks.identity(extractor),
            data.fingerprint());
    return bench.run(
        request.run(),
        STAGE,
        ALGORITHM,
        request.config(),
        inputs,
        (step, staging) -> {
          boolean isDense = input.prefix().equals(dense.prefix());
          StoredArtifact reference = isDense ? null : evaluate(ofDense(request), dense).artifact();
          LoadedNetwork network = LoadedNetwork.read(input);
          data.requireShape(network.network().sampleShape());
          try (Torch.Session session = Torch.open()) {
            Drawn drawn = draw(session, network, request.config(), step.liveness());
            double distance = distance(session, extractor, data, drawn.images());
            double ssim = reference == null ? 1 : Ssim.mean(samples(reference), drawn.images());
            Complexity complexity = network.complexity();
            staging
                .add(
                    SAMPLES,
                    Safetensors.toBytes(new StateDict(Map.of("images", drawn.images())), Map.of()))
                .add("samples.png", grid(drawn.images()))
                .add("evaluate.json", Json.pretty(request.config()).getBytes(UTF_8))
                .numbers(
                    new Numbers(
                        distance,
                        ssim,
                        complexity.parameters(),
                        complexity.macs(),
                        request.config().samples() / drawn.seconds(),
                        data.size(),
                        data.skipped(),
                        session.environment(),
                        step.meters().seconds()));
          }
        });
  }

  private static Request ofDense(Request r) {
    return new Request(r.run(), r.dense(), r.dense(), r.data(), r.config());
  }

  private static Tensor samples(StoredArtifact evaluation) throws IOException {
    return Safetensors.read(evaluation.fetch(SAMPLES)).tensors().get("images");
  }

  private static Drawn draw(
      Torch.Session session, LoadedNetwork network, EvaluateConfig config, Liveness liveness) {
    NoiseSchedule schedule = NoiseSchedule.ddpm();
    int[] timesteps =
        Timesteps.named(config.spacing()).descending(schedule.steps(), config.steps());
    int[] shape = network.network().sampleShape();
    byte[] pixels = new byte[config.samples() * shape[0] * shape[1] * shape[2]];
    ByteBuffer all = ByteBuffer.wrap(pixels);
    long began = System.nanoTime();
    try (Weights weights = Weights.of(session, session.manager(), network.weights(), false)) {
      DdimSampler sampler = new DdimSampler(session, network.network(), weights, schedule, false);
      for (int first = 0; first < config.samples(); first += config.batch()) {
        int from = first;
        int count = Math.min(config.batch(), config.samples() - first);
        all.put(
            sampler
                .sample(
                    timesteps,
                    config.seed(),
                    first,
                    count,
                    taken ->
                        liveness.beat(
                            StageProgress.of(
                                STAGE,
                                from + (long) count * taken / timesteps.length,
                                config.samples())))
                .bytes());
      }
    }
    double seconds = (System.nanoTime() - began) * 1e-9;
    return new Drawn(Tensor.of(pixels, config.samples(), shape[0], shape[1], shape[2]), seconds);
  }

  private double distance(
      Torch.Session session, StoredArtifact stored, ImageDataset data, Tensor images)
      throws IOException {
    String config = new String(stored.bytes(LoadedNetwork.CONFIG), UTF_8);
    ImageClassifier classifier =
        ImageClassifier.of(Json.parse(config, stored.prefix() + "/" + LoadedNetwork.CONFIG));
    StateDict weights = Safetensors.read(stored.fetch(LoadedNetwork.WEIGHTS)).tensors();
    try (FeatureExtractor extractor = new FeatureExtractor(session, classifier, weights)) {
      FeatureStatistics real =
          realStatistics.computeIfAbsent(
              BaseNetworks.identity(stored) + " " + data.fingerprint(),
              key -> extractor.statistics(data));
      FeatureStatistics drawn = new FeatureStatistics(extractor.width());
      extractor.addTo(drawn, images);
      return FrechetDistance.of(real, drawn, Normalisation.UNBIASED);
    }
  }

  private static byte[] grid(Tensor images) {
    int n = Math.min(SHOWN, images.extent(0));
    int[] first = new int[n];
    for (int i = 0; i < n; i++) first[i] = i;
    return ImageGrid.png(images.select(0, first), COLUMNS);
  }
}
