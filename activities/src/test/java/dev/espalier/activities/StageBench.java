package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Servers;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.SvsActivity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A shelf of its own in an S3 server in process, a folder with a tiny denoising network and a tiny
 * classifier, and requests for the stages that work with them.
 */
final class StageBench {
  static final String DATA = "fashion-mnist-t10k";
  static final Artifact DENSE = new Artifact("networks/tiny-unet");
  static final String EXTRACTOR = "tiny-classifier";

  static final String UNET =
      """
      {"_class_name": "UNet2DModel", "sample_size": 28, "in_channels": 1, "out_channels": 1,
       "down_block_types": ["DownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "UpBlock2D"],
       "block_out_channels": [8, 16], "layers_per_block": 1, "norm_num_groups": 4,
       "attention_head_dim": null, "add_attention": true}
      """;
  static final String CLASSIFIER =
      """
      {"_class_name": "ImageClassifier", "in_channels": 1, "block_out_channels": [8, 16],
       "norm_num_groups": 4, "num_classes": 10}
      """;

  final Path networks;
  final Shelf shelf;
  final Workbench bench;
  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /**
   * @param folder temporary, for networks and the cache
   */
  StageBench(Path folder) throws IOException {
    this(folder, new Datasets(List.of(root().resolve("datasets"))));
  }

  StageBench(Path folder, Datasets datasets) throws IOException {
    this(
        folder,
        datasets,
        new Shelf(
            ObjectStore.open(S3Servers.s3Proxy().config()),
            Files.createDirectories(folder.resolve("cache")),
            Map.of()));
  }

  /** Another process on the same shelf. */
  StageBench(Path folder, Datasets datasets, Shelf shelf) throws IOException {
    this.shelf = shelf;
    networks = folder.resolve("networks");
    bench =
        new Workbench(
            shelf,
            new BaseNetworks(shelf, networks),
            datasets,
            new StageMeters(registry),
            Duration.ofMillis(1),
            Workbench.SILENCE);
    write("tiny-unet", UNET, unet());
    StateDict classifier =
        Initialisation.pytorch(
            ImageClassifier.of(Json.parse(CLASSIFIER, "test")).declaredShapes(), 2);
    write(EXTRACTOR, CLASSIFIER, classifier);
  }

  static Path root() {
    return Path.of(System.getProperty("espalier.root"));
  }

  /** Random weights of the tiny denoising network, always the same. */
  static StateDict unet() {
    return Initialisation.pytorch(Networks.of(Json.parse(UNET, "test")).declaredShapes(), 1);
  }

  /** Puts a network into the folder; returns the file with its weights. */
  Path write(String name, String config, StateDict weights) throws IOException {
    Path folder = Files.createDirectories(networks.resolve(name));
    Files.writeString(folder.resolve(LoadedNetwork.CONFIG), config);
    Path file = folder.resolve(LoadedNetwork.WEIGHTS);
    Safetensors.write(file, weights, Map.of());
    return file;
  }

  StoredArtifact stored(Artifact artifact) {
    return shelf.get(artifact.key());
  }

  String sha256(Artifact artifact) {
    return stored(artifact).manifest().part(LoadedNetwork.WEIGHTS).orElseThrow().sha256();
  }

  List<CurveLog.Point> curve(Artifact artifact) {
    return CurveLog.read(stored(artifact).bytes(CurveLog.PART)).points();
  }

  /** Checkpoints committed through this bench so far. */
  int checkpointsWritten() {
    return (int)
        registry.find("espalier.checkpoints.written").counters().stream()
            .mapToDouble(Counter::count)
            .sum();
  }

  String counted(String meter) {
    return registry.scrape().lines().filter(l -> l.startsWith(meter)).toList().toString();
  }

  static <T> T json(Class<T> type, String text) {
    return Json.read(text, type, "test");
  }

  static PruneActivity.Request prune(double ratio) {
    PruneConfig config = new PruneConfig("diff-pruning", ratio, 0, 4, 250, 1);
    return new PruneActivity.Request("run", DENSE, DATA, config);
  }

  static SvsActivity.Request svs(Artifact network) {
    return new SvsActivity.Request("run", network, SvsConfig.defaults());
  }

  static FinetuneActivity.Request finetune(Artifact network, int steps) {
    String config =
        """
        {"steps": %d, "batch": 4, "learningRate": 0.001, "emaDecay": 0.9, "dropout": 0.1,
         "flip": true, "validateEvery": 4, "checkpointEvery": 3}
        """;
    return new FinetuneActivity.Request(
        "run", network, DATA, json(FinetuneConfig.class, config.formatted(steps)));
  }

  static EvaluateActivity.Request evaluate(Artifact network, int batch) {
    String config = "{\"samples\": 6, \"steps\": 2, \"batch\": %d, \"extractor\": \"%s\"}";
    return new EvaluateActivity.Request(
        "run",
        network,
        DENSE,
        DATA,
        json(EvaluateConfig.class, config.formatted(batch, EXTRACTOR)));
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
