package dev.espalier.compression.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * Against pytorch-fid's class on weights and images by a formula: {@code
 * compression/src/test/python/golden_inception.py}.
 */
class InceptionTest {
  private static final double TOLERANCE = 1e-5;

  @Test
  void featuresAndProbabilitiesAreThoseOfPytorchFid() throws Exception {
    StateDict golden =
        Safetensors.read(Path.of(InceptionTest.class.getResource("inception.safetensors").toURI()))
            .tensors();
    try (Torch.Session session = Torch.open();
        Extractor inception = new InceptionExtractor(session, weights(), "formula")) {
      assertThat(inception.width()).isEqualTo(2048);
      assertThat(inception.classes()).isEqualTo(1008);
      Map<String, int[]> images =
          Map.of(
              "grey", new int[] {2, 1, 28, 28},
              "small", new int[] {2, 3, 32, 32},
              "oblong", new int[] {2, 3, 40, 24},
              "large", new int[] {2, 3, 320, 320});
      for (String name : images.keySet()) {
        Extractor.Seen seen = inception.see(images(name, images.get(name)), true);
        assertThat(seen.features().doubles())
            .as(name)
            .containsExactly(golden.get(name + ".features").doubles(), within(TOLERANCE));
        assertThat(seen.probabilities().doubles())
            .as(name)
            .containsExactly(golden.get(name + ".probabilities").doubles(), within(TOLERANCE));
      }
    }
  }

  @Test
  void anImagesFeaturesDoNotDependOnTheOthersBesideIt() {
    Tensor images = images("many", new int[] {18, 3, 8, 8});
    try (Torch.Session session = Torch.open();
        Extractor inception = new InceptionExtractor(session, weights(), "formula")) {
      double[] all = inception.see(images, false).features().doubles();
      double[] last = inception.see(images.select(0, new int[] {17}), false).features().doubles();
      assertThat(Arrays.copyOfRange(all, 17 * 2048, 18 * 2048))
          .containsExactly(last, within(TOLERANCE));
    }
  }

  @Test
  void otherWeightsAreRefusedByTheTensorThatIsWrong() {
    Map<String, Tensor> tensors = new LinkedHashMap<>(weights().tensors());
    Tensor removed = tensors.remove("Mixed_7c.branch3x3_2b.bn.running_var");
    assertThatThrownBy(() -> InceptionWeights.folded(new StateDict(tensors), "file.pth"))
        .isInstanceOf(InvalidInput.class)
        .hasMessage(
            "file.pth is not pytorch-fid's Inception: it has no tensor"
                + " 'Mixed_7c.branch3x3_2b.bn.running_var'");
    tensors.put("Mixed_7c.branch3x3_2b.bn.running_var", removed.reshape(384, 1));
    assertThatThrownBy(() -> InceptionWeights.folded(new StateDict(tensors), "file.pth"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("'Mixed_7c.branch3x3_2b.bn.running_var' has shape [384, 1]");
  }

  /** The weights of the golden values, under the keys of the file. */
  static StateDict weights() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    InceptionWeights.layers()
        .forEach(
            (layer, shape) -> {
              put(tensors, layer + ".conv.weight", shape);
              for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
                put(tensors, layer + ".bn." + part, shape[0]);
              }
            });
    put(tensors, "fc.weight", 1008, 2048);
    return new StateDict(tensors);
  }

  private static void put(Map<String, Tensor> tensors, String key, int... shape) {
    double[] u = uniform(key, Arrays.stream(shape).reduce(1, Math::multiplyExact));
    double bound = Math.sqrt(6.0 / (u.length / shape[0]));
    float[] values = new float[u.length];
    for (int i = 0; i < u.length; i++) {
      values[i] =
          (float)
              (key.endsWith("bn.weight") || key.endsWith("running_var")
                  ? 0.8 + 0.4 * u[i]
                  : key.endsWith("bias") || key.endsWith("running_mean")
                      ? 0.2 * u[i] - 0.1
                      : bound * (2 * u[i] - 1));
    }
    tensors.put(key, Tensor.of(values, shape));
  }

  static Tensor images(String name, int[] shape) {
    double[] u = uniform(name, Arrays.stream(shape).reduce(1, Math::multiplyExact));
    byte[] pixels = new byte[u.length];
    for (int i = 0; i < u.length; i++) pixels[i] = (byte) (int) (u[i] * 256);
    return Tensor.of(pixels, shape);
  }

  /** Numbers in [0, 1): a hash of the CRC-32 of a name and the index, with 24 bits. */
  private static double[] uniform(String name, int size) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(UTF_8));
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      int h = i * 0x9E3779B9 + (int) crc.getValue();
      h = (h ^ h >>> 16) * 0x7FEB352D;
      h = (h ^ h >>> 15) * 0x846CA68B;
      values[i] = ((h ^ h >>> 16) >>> 8) * 0x1p-24;
    }
    return values;
  }
}
