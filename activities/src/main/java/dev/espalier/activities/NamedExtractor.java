package dev.espalier.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.ClassifierExtractor;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.Extractor;
import dev.espalier.compression.evaluate.ExtractorFile;
import dev.espalier.compression.evaluate.ExtractorName;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.evaluate.Metric;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.Torch;
import dev.espalier.workflows.Artifact;
import java.io.IOException;

/**
 * The extractor that a plan names, found and hashed: a classifier of the shelf or a file of the
 * user's.
 *
 * @param name by which results carry it
 * @param identity what of it goes into keys as an input: it names the content, not the place
 * @param setting what stands for it in the configuration that keys are made of
 * @param sha256 of its weights or file
 */
record NamedExtractor(
    String name, String identity, String setting, String sha256, Opening opening) {
  /** Loads the extractor for images of the shape [C, H, W]. */
  interface Opening {
    Extractor open(Torch.Session session, int[] imageShape) throws IOException;
  }

  /**
   * Finds what {@code evaluate.extractor} names.
   *
   * @throws InvalidInput if it is not there or of another kind
   */
  static NamedExtractor of(Workbench bench, String extractor) {
    ExtractorName named = ExtractorName.of(extractor);
    if (named.kind() == ExtractorName.Kind.NETWORK) return ofNetwork(bench, named.target());
    ExtractorFile file = ExtractorFile.of(named);
    return new NamedExtractor(
        file.name(),
        file.name() + "@" + file.sha256(),
        new ExtractorName(named.kind(), file.sha256()).toString(),
        file.sha256(),
        file::open);
  }

  private static NamedExtractor ofNetwork(Workbench bench, String name) {
    StoredArtifact stored = bench.networks().get(Artifact.network(name));
    String text = new String(stored.bytes(LoadedNetwork.CONFIG), UTF_8);
    JsonNode config = Json.parse(text, stored.prefix() + "/" + LoadedNetwork.CONFIG);
    InvalidInput.require(
        config.path("_class_name").asText().equals(ImageClassifier.CLASS_NAME),
        "evaluate.extractor '%s' is a %s; legal: a network of class %s",
        name,
        config.path("_class_name").asText(),
        ImageClassifier.CLASS_NAME);
    ImageClassifier classifier = ImageClassifier.of(config);
    String sha256 = stored.manifest().part(LoadedNetwork.WEIGHTS).orElseThrow().sha256();
    return new NamedExtractor(
        name,
        BaseNetworks.identity(stored),
        name,
        sha256,
        (session, imageShape) -> {
          InvalidInput.require(
              imageShape[0] == classifier.inChannels(),
              "evaluate.extractor '%s' takes images of %d channels, the data's have %d; of any images"
                  + " are inception:PATH, nvidia-inception:PATH and torchscript:PATH"
                  + " (docs/metrics.md)",
              name,
              classifier.inChannels(),
              imageShape[0]);
          return new ClassifierExtractor(
              session, classifier, Safetensors.read(stored.fetch(LoadedNetwork.WEIGHTS)).tensors());
        });
  }

  /** Loads it for images of the shape [C, H, W]. */
  Extractor open(Torch.Session session, int[] imageShape) throws IOException {
    return opening.open(session, imageShape);
  }

  /**
   * Loads it to see whether it does for these images and metrics.
   *
   * @throws InvalidInput if it does not
   */
  void check(EvaluateConfig config, int[] imageShape) {
    try (Torch.Session session = Torch.open();
        Extractor extractor = open(session, imageShape)) {
      InvalidInput.require(
          extractor.classes() > 0 || !config.asks(Metric.INCEPTION_SCORE),
          "evaluate.metrics has inception-score, but extractor '%s' tells no class probabilities",
          config.extractor());
    } catch (IOException e) {
      throw new InvalidInput("evaluate.extractor '" + config.extractor() + "': " + e, e);
    }
  }
}
