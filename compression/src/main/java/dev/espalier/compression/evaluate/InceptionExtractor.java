package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code pytorch-fid}'s way from images to features: pixels over 255, bilinear to 299×299 without
 * antialiasing (corners not aligned), 2x − 1, {@link Inception}. Grey images become three equal
 * channels, as their PNG files would.
 */
final class InceptionExtractor implements Extractor {
  /** The activations of one image take some 10 MiB. */
  private static final int BATCH = 16;

  private static final float[] HALVES = {0.5f, 0.5f, 0.5f};

  private final Torch.Session session;
  private final NDManager owner;
  private final Weights weights;

  /**
   * @param weights as in the file
   * @param name of the file, for messages
   * @throws InvalidInput if they are those of another network
   */
  InceptionExtractor(Torch.Session session, StateDict weights, String name) {
    StateDict folded = InceptionWeights.folded(weights, name);
    this.session = session;
    this.owner = session.manager().newSubManager();
    this.weights = Weights.of(session, owner, folded, false);
  }

  @Override
  public int width() {
    return Inception.WIDTH;
  }

  @Override
  public int classes() {
    return Math.toIntExact(weights.get("fc.weight").getShape().get(0));
  }

  @Override
  public Seen see(Tensor images, boolean probabilities) {
    List<Seen> parts = new ArrayList<>();
    for (int from = 0; from < images.extent(0); from += BATCH) {
      int to = Math.min(images.extent(0), from + BATCH);
      parts.add(batch(Images.rows(images, from, to), probabilities));
    }
    return Images.joined(parts);
  }

  private Seen batch(Tensor images, boolean probabilities) {
    try (NDManager scope = owner.newSubManager()) {
      Inception inception = new Inception(MetricScript.of(session), weights.byKey(), scope);
      NDArray halves = scope.create(HALVES);
      NDArray x =
          MetricScript.of(session)
              .compute(
                  scope,
                  "prepare",
                  session.toDevice(scope, images),
                  Inception.SIZE,
                  "bilinear",
                  false,
                  halves,
                  halves);
      NDArray features = inception.features(x);
      return new Seen(
          Torch.toHost(features),
          probabilities ? Torch.toHost(inception.probabilities(features)) : null);
    }
  }

  @Override
  public void close() {
    weights.close();
    owner.close();
  }
}
