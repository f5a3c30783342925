package dev.espalier.compression.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.tensor.Torch;
import java.util.stream.IntStream;

/** Cross-entropy of a classifier against the labels, averaged over the batch. */
public final class Classification implements Objective {
  private final Torch.Session session;
  private final ImageClassifier classifier;
  private final ImageDataset data;
  private final Batches batches;

  public Classification(
      Torch.Session session, ImageClassifier classifier, ImageDataset data, FinetuneConfig config) {
    data.requireShape(classifier.inChannels(), data.height(), data.width());
    this.session = session;
    this.classifier = classifier;
    this.data = data;
    this.batches = new Batches(data, config);
  }

  @Override
  public NDArray loss(Run ops, NDManager scope, int step) {
    Batches.Batch batch = batches.at(step);
    return loss(ops, scope, batch.indices(), batch.images(), true);
  }

  @Override
  public double validate(ReadAveraged averaged) {
    int[] indices = IntStream.range(data.trainable(), data.size()).toArray();
    try (NDManager scope = session.manager().newSubManager()) {
      return loss(averaged.in(scope), scope, indices, data.images(indices), false)
          .toFloatArray()[0];
    }
  }

  private NDArray loss(Run ops, NDManager scope, int[] indices, float[] images, boolean gradient) {
    long[] labels = new long[indices.length];
    byte[] classes = data.labels();
    for (int i = 0; i < labels.length; i++) labels[i] = classes[indices[i]];
    Shape shape = new Shape(labels.length, data.channels(), data.height(), data.width());
    NDArray logits = classifier.logits(ops, ops.rounded(scope.create(images, shape)));
    return session
        .script()
        .run(scope, "cross_entropy", gradient, logits, scope.create(labels))
        .singletonOrThrow();
  }
}
