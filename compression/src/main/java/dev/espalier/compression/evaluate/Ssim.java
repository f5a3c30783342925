package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;

/**
 * Structural similarity (Wang et al. 2004) as {@code pytorch_msssim.ssim(data_range=1)} computes
 * it: a Gaussian window of 11 taps and σ = 1.5, separable and without padding, K₁ = 0.01, K₂ =
 * 0.03, biased variances; the map is averaged over pixels, then over channels. An axis shorter than
 * the window is not filtered. As in the package, arithmetic is that of the images: double for
 * float64 images, else single (uint8 is read as float32 / 255). On the reference images the two are
 * up to 2e-5 apart.
 */
public final class Ssim {
  /**
   * exp(−x²/2σ²) over its sum, with the float32 rounding of pytorch_msssim: C₂ magnifies the last
   * bits of a window to 1e-5 of similarity.
   */
  private static final double[] WINDOW = {
    0.0010283803567290306,
    0.0075987582094967365,
    0.036000773310661316,
    0.10936068743467331,
    0.21300552785396576,
    0.26601171493530273,
    0.21300552785396576,
    0.10936068743467331,
    0.036000773310661316,
    0.0075987582094967365,
    0.0010283803567290306
  };

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
      NDArray x = torch.toDevice(scope, unit(first));
      NDArray y = torch.toDevice(scope, unit(second));
      Tensor window = Tensor.of(WINDOW, WINDOW.length);
      NDArray taps = torch.toDevice(scope, window).toType(x.getDataType(), false);
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

  private static Tensor unit(Tensor images) {
    Tensor unit = Images.unit(images);
    return images.dtype() == Dtype.F64 ? unit : unit.toFloat32();
  }
}
