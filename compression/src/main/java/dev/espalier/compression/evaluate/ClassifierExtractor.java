package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.ByteBuffer;

/** A trained {@link ImageClassifier} as extractor: the features before its last layer. */
public final class ClassifierExtractor implements Extractor {
  private final Torch.Session session;
  private final NDManager owner;
  private final ImageClassifier classifier;
  private final Weights weights;

  /**
   * @throws dev.espalier.compression.InvalidInput if the weights are not this classifier's
   */
  public ClassifierExtractor(Torch.Session session, ImageClassifier classifier, StateDict weights) {
    weights.requireShapes(classifier.declaredShapes(), "classifier");
    this.session = session;
    this.owner = session.manager().newSubManager();
    this.classifier = classifier;
    this.weights = Weights.of(session, owner, weights, false);
  }

  @Override
  public int width() {
    return classifier.widths().get(classifier.widths().size() - 1);
  }

  @Override
  public int classes() {
    return classifier.classes();
  }

  @Override
  public Seen see(Tensor images, boolean probabilities) {
    float[] scaled = new float[images.size()];
    ByteBuffer pixels = images.bytes();
    for (int i = 0; i < scaled.length; i++) scaled[i] = (pixels.get(i) & 0xFF) / 127.5f - 1;
    int[] shape = images.shape();
    try (NDManager scope = owner.newSubManager()) {
      Run ops = Run.inference(session.script(), weights, scope);
      NDArray x = scope.create(scaled, new Shape(shape[0], shape[1], shape[2], shape[3]));
      NDArray features = classifier.features(ops, x);
      if (!probabilities) return new Seen(Torch.toHost(features), null);
      NDArray logits = classifier.logits(ops, x);
      NDArray shares = MetricScript.of(session).compute(scope, "softmax", logits);
      return new Seen(Torch.toHost(features), Torch.toHost(shares));
    }
  }

  @Override
  public void close() {
    weights.close();
    owner.close();
  }
}
