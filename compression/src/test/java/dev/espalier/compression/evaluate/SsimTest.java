package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SsimTest {
  @Test
  void equalsPytorchMsssimOnTheGoldenImages() {
    assertThat(Ssim.mean(wave(1, 0, .2), wave(.9, .05, .5)))
        .isCloseTo(0.9143546223640442, within(1e-6));
  }

  @Test
  void equalImagesAreFullySimilar() {
    Tensor image = wave(1, 0, .2);
    assertThat(Ssim.mean(image, image)).isCloseTo(1, within(1e-12));
    assertThat(MeanSquaredError.mean(image, image)).isZero();
  }

  @Test
  void constantImagesDifferInLuminanceOnly() {
    Tensor black = Tensor.of(new float[12 * 12], 1, 1, 12, 12);
    float[] halves = new float[12 * 12];
    Arrays.fill(halves, 0.5f);
    Tensor grey = Tensor.of(halves, 1, 1, 12, 12);
    assertThat(Ssim.mean(black, grey)).isCloseTo(1e-4 / (0.25 + 1e-4), within(1e-7));
    assertThat(MeanSquaredError.mean(black, grey)).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void bytesAreSharesOf255AndImagesAreKeptApart() {
    byte[] dark = new byte[100 * 12 * 12];
    byte[] light = dark.clone();
    Arrays.fill(light, 99 * 144, 100 * 144, (byte) 255);
    double[] similarity =
        Ssim.perImage(Tensor.of(dark, 100, 1, 12, 12), Tensor.of(light, 100, 1, 12, 12));
    double[] error =
        MeanSquaredError.perImage(
            Tensor.of(dark, 100, 1, 12, 12), Tensor.of(light, 100, 1, 12, 12));
    assertThat(similarity).hasSize(100);
    assertThat(similarity[98]).isCloseTo(1, within(1e-12));
    assertThat(similarity[99]).isCloseTo(1e-4 / 1.0001, within(1e-7));
    assertThat(error[98]).isZero();
    assertThat(error[99]).isCloseTo(1, within(1e-12));
  }

  @Test
  void imagesOfOtherShapesAreRefused() {
    Tensor one = Tensor.of(new float[4], 1, 1, 2, 2);
    Tensor other = Tensor.of(new float[4], 1, 1, 1, 4);
    assertThatThrownBy(() -> Ssim.mean(one, other))
        .isInstanceOf(InvalidInput.class)
        .hasMessage(
            "image pairs are two equal [N, C, H, W], not F32[1, 1, 2, 2] and F32[1, 1, 1, 4]");
  }

  /** scale·(.5 + .5·sin(.37(c+1)x + .23y + phase·c)) + offset, 3×32×32. */
  private static Tensor wave(double scale, double offset, double phase) {
    float[] values = new float[3 * 32 * 32];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < 32; y++) {
        for (int x = 0; x < 32; x++) {
          double wave = .5 + .5 * Math.sin(.37 * (c + 1) * x + .23 * y + phase * c);
          values[(c * 32 + y) * 32 + x] = (float) (scale * wave + offset);
        }
      }
    }
    return Tensor.of(values, 1, 3, 32, 32);
  }
}
