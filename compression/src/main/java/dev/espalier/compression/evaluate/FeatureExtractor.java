package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A trained classifier as the eye of the Fréchet distance: images to features and classes. */
public final class FeatureExtractor implements AutoCloseable {
  private static final int BATCH = 250;

  private final Torch.Session session;
  private final NDManager owner;
  private final ImageClassifier classifier;
  private final Weights weights;

  /**
   * @throws dev.espalier.compression.InvalidInput if the weights are not this classifier's
   */
  public FeatureExtractor(Torch.Session session, ImageClassifier classifier, StateDict weights) {
    weights.requireShapes(classifier.declaredShapes(), "classifier");
    this.session = session;
    this.owner = session.manager().newSubManager();
    this.classifier = classifier;
    this.weights = Weights.of(session, owner, weights, false);
  }

  /**
   * Adds the features of images to {@code statistics}.
   *
   * @param images uint8 [N, C, H, W]
   */
  public void addTo(FeatureStatistics statistics, Tensor images) {
    int area = images.size() / images.extent(0);
    for (int from = 0; from < images.extent(0); from += BATCH) {
      int n = Math.min(BATCH, images.extent(0) - from);
      int[] indices = IntStream.range(from, from + n).toArray();
      long[] pixels = images.select(0, indices).longs();
      float[] scaled = new float[n * area];
      for (int i = 0; i < scaled.length; i++) scaled[i] = pixels[i] / 127.5f - 1;
      int[] shape = images.shape();
      statistics.addBatch(features(scaled, new Shape(n, shape[1], shape[2], shape[3])));
    }
  }

  /** The statistics of all images of a data set. */
  public FeatureStatistics statistics(ImageDataset data) {
    FeatureStatistics statistics = new FeatureStatistics(width());
    for (int from = 0; from < data.size(); from += BATCH) {
      int[] indices = IntStream.range(from, Math.min(data.size(), from + BATCH)).toArray();
      statistics.addBatch(features(data.images(indices), shape(data, indices.length)));
    }
    return statistics;
  }

  /** The share of a data set's images whose class is recognised, 0 to 1. */
  public double accuracy(ImageDataset data) {
    int right = 0;
    for (int from = 0; from < data.size(); from += BATCH) {
      int[] indices = IntStream.range(from, Math.min(data.size(), from + BATCH)).toArray();
      try (NDManager scope = owner.newSubManager()) {
        NDArray images = scope.create(data.images(indices), shape(data, indices.length));
        Run ops = Run.inference(session.script(), weights, scope);
        float[] logits = classifier.logits(ops, images).toFloatArray();
        int classes = classifier.classes();
        for (int i = 0; i < indices.length; i++) {
          float[] row = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
          if (argmax(row) == data.labels()[indices[i]]) right++;
        }
      }
    }
    return (double) right / data.size();
  }

  /** Width of the features. */
  public int width() {
    return classifier.widths().get(classifier.widths().size() - 1);
  }

  private Tensor features(float[] images, Shape shape) {
    try (NDManager scope = owner.newSubManager()) {
      Run ops = Run.inference(session.script(), weights, scope);
      return Torch.toHost(classifier.features(ops, scope.create(images, shape)));
    }
  }

  private static Shape shape(ImageDataset data, int n) {
    return new Shape(n, data.channels(), data.height(), data.width());
  }

  private static int argmax(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
    return best;
  }

  @Override
  public void close() {
    weights.close();
    owner.close();
  }
}
