package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.BrokenOff;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** 1100 images of 12 × 12: two tiles of distances, two rounds of image pairs, three of axes. */
class ResumedMeasurementTest {
  private static final int IMAGES = 1100;
  private static final int WIDTH = 4;
  private static final int CLASSES = 3;
  private static final EvaluateConfig CONFIG =
      Json.read(
          """
          {"samples": 1100, "neighbours": 3, "directions": 20, "splits": 4, "bootstrap": 3,
           "metrics": ["frechet-distance", "prdc", "ssim", "mse", "sliced-wasserstein",
                       "inception-score"]}
          """,
          EvaluateConfig.class,
          "test");

  private static final Tensor REAL = cloud(1, 0);
  private static final Measurement.Drawn DRAWN =
      new Measurement.Drawn(images(2), images(3), cloud(4, 0.3), probabilities());

  @Test
  void whereverItIsBrokenOffAMeasurementComesToTheSameBits() {
    // Fréchet 4, radii 2 + 1, balls 2, SSIM 2, MSE 2, sliced Wasserstein 3, inception score 4.
    BrokenOff.everywhere(20, ResumedMeasurementTest::measured);
    assertThat(measured(Progress.NONE)).hasSize(9);
  }

  private static List<Measure> measured(Progress progress) {
    try {
      return new Measurement(CONFIG, new Cloud(), progress).of(DRAWN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Cloud() implements Measurement.Real {
    @Override
    public FeatureStatistics statistics() {
      return FeatureStatistics.of(REAL);
    }

    @Override
    public Tensor features() {
      return REAL;
    }

    @Override
    public double[] squaredRadii() {
      return Measurement.squaredRadii(REAL, CONFIG.neighbours(), "real", Progress.NONE);
    }
  }

  private static Tensor cloud(long seed, double shift) {
    Random random = new Random(seed);
    float[] values = new float[IMAGES * WIDTH];
    for (int i = 0; i < values.length; i++) values[i] = (float) (random.nextGaussian() + shift);
    return Tensor.of(values, IMAGES, WIDTH);
  }

  private static Tensor probabilities() {
    Random random = new Random(5);
    float[] shares = new float[IMAGES * CLASSES];
    for (int n = 0; n < IMAGES; n++) {
      float first = random.nextFloat() / 2;
      float second = random.nextFloat() / 2;
      shares[n * CLASSES] = first;
      shares[n * CLASSES + 1] = second;
      shares[n * CLASSES + 2] = 1 - first - second;
    }
    return Tensor.of(shares, IMAGES, CLASSES);
  }

  private static Tensor images(long seed) {
    byte[] pixels = new byte[IMAGES * 12 * 12];
    new Random(seed).nextBytes(pixels);
    return Tensor.of(pixels, IMAGES, 1, 12, 12);
  }
}
