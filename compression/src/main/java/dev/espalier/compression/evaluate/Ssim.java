package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;

/**
 * Structural similarity (Wang et al. 2004) as {@code pytorch_msssim.ssim(data_range=1)} computes
 * it: a Gaussian window of 11 taps and σ = 1.5, separable and without padding, K₁ = 0.01, K₂ =
 * 0.03, biased variances; the map is averaged over pixels, then over channels. An axis shorter than
 * the window is not filtered. All arithmetic is double.
 */
public final class Ssim {
  private static final int TAPS = 11;
  private static final double SIGMA = 1.5;
  private static final double C1 = 0.01 * 0.01;
  private static final double C2 = 0.03 * 0.03;
  private static final int BATCH = 64;

  private Ssim() {}

  /** Mean over all image pairs; 1 for equal images. */
  public static double mean(Tensor first, Tensor second) {
    return Arrays.stream(perImage(first, second)).average().orElseThrow();
  }

  /**
   * The similarity of each pair of images [N, C, H, W]: uint8, or floating with values from 0 to 1.
   *
   * @throws dev.espalier.compression.InvalidInput if the shapes differ or there is no image
   */
  public static double[] perImage(Tensor first, Tensor second) {
    Images.requirePairs(first, second);
    double[] similarities = new double[first.extent(0)];
    for (int start = 0; start < similarities.length; start += BATCH) {
      int[] batch = new int[Math.min(BATCH, similarities.length - start)];
      for (int i = 0; i < batch.length; i++) batch[i] = start + i;
      Tensor map = map(first.select(0, batch), second.select(0, batch));
      double[] values = map.doubles();
      int pixels = values.length / batch.length;
      for (int i = 0; i < batch.length; i++) {
        similarities[start + i] =
            Arrays.stream(values, i * pixels, (i + 1) * pixels).average().orElseThrow();
      }
    }
    return similarities;
  }

  /** The similarity of every pixel whose window lies inside the image. */
  private static Tensor map(Tensor first, Tensor second) {
    try (Torch.Session torch = Torch.open()) {
      NDManager scope = torch.manager();
      Script script = torch.script();
      NDArray taps = torch.toDevice(scope, window());
      NDArray x = torch.toDevice(scope, Images.unit(first));
      NDArray y = torch.toDevice(scope, Images.unit(second));
      NDArray meanX = script.compute(scope, "gaussian_filter", x, taps);
      NDArray meanY = script.compute(scope, "gaussian_filter", y, taps);
      NDArray xx = script.compute(scope, "gaussian_filter", x.mul(x), taps);
      NDArray yy = script.compute(scope, "gaussian_filter", y.mul(y), taps);
      NDArray xy = script.compute(scope, "gaussian_filter", x.mul(y), taps);
      NDArray varianceX = xx.sub(meanX.mul(meanX));
      NDArray varianceY = yy.sub(meanY.mul(meanY));
      NDArray covariance = xy.sub(meanX.mul(meanY));
      NDArray structure = covariance.mul(2).add(C2).div(varianceX.add(varianceY).add(C2));
      NDArray luminance =
          meanX.mul(meanY).mul(2).add(C1).div(meanX.mul(meanX).add(meanY.mul(meanY)).add(C1));
      return Torch.toHost(luminance.mul(structure));
    }
  }

  private static Tensor window() {
    double[] taps = new double[TAPS];
    for (int i = 0; i < TAPS; i++) {
      double x = i - TAPS / 2;
      taps[i] = Math.exp(-x * x / (2 * SIGMA * SIGMA));
    }
    double sum = Arrays.stream(taps).sum();
    return Tensor.of(Arrays.stream(taps).map(t -> t / sum).toArray(), TAPS);
  }
}
