package dev.espalier.compression.svs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds and deviations are those of torch.nn.init in torch 2.7.1 for the same shapes. */
class RedrawingTest {
  @ParameterizedTest
  @CsvSource({
    "random,  conv.weight,   0.16666666666666666, 0.09622504486493763",
    "random,  linear.weight, 0.18257418583505536, 0.10540925533894598",
    "xavier,  conv.weight,   0.2581988897471611,  0.14907119849998599",
    "xavier,  linear.weight, 0.29277002188455997, 0.16903085094570333",
    "kaiming, conv.weight,   ,                    0.23570226039551584",
    "kaiming, linear.weight, ,                    0.2581988897471611",
  })
  void weightsHaveTheBoundAndTheDeviationOfTorch(
      String rule, String key, Double bound, double deviation) {
    double[] all =
        java.util.stream.LongStream.range(0, 200)
            .mapToObj(seed -> drawn(rule, true, seed).get(key).doubles())
            .flatMapToDouble(Arrays::stream)
            .toArray();
    double mean = Arrays.stream(all).average().orElseThrow();
    double variance = Arrays.stream(all).map(x -> x * x).average().orElseThrow();
    assertThat(mean).isCloseTo(0, within(4 * deviation / Math.sqrt(all.length)));
    assertThat(Math.sqrt(variance)).isCloseTo(deviation, within(0.01 * deviation));
    if (bound != null) {
      double largest = Arrays.stream(all).map(Math::abs).max().orElseThrow();
      assertThat(largest).isBetween(0.999 * bound, bound * (1 + 1e-7));
    }
  }

  @Test
  void biasesAreDrawnByTorchsDefaultAndZeroOtherwise() {
    for (float b : drawn("random", true, 1).get("linear.bias").floats()) {
      assertThat(Math.abs(b)).isBetween(0f, 0.18257419f);
    }
    assertThat(drawn("xavier", true, 1).get("linear.bias").floats()).containsOnly(0f);
    assertThat(drawn("kaiming", true, 1).get("conv.bias").floats()).containsOnly(0f);
  }

  @Test
  void normsStartAgainUnlessTheyAreToStay() {
    for (String rule : Initialisation.names()) {
      assertThat(drawn(rule, true, 1).get("norm.weight").floats()).containsOnly(1f);
      assertThat(drawn(rule, true, 1).get("norm.bias").floats()).containsOnly(0f);
      assertThat(drawn(rule, false, 1).get("norm.weight").floats()).containsOnly(3f);
      assertThat(drawn(rule, false, 1).get("norm.bias").floats()).containsOnly(2f);
    }
  }

  @Test
  void drawsAreAFunctionOfTheSeedAndTheKeyAlone() {
    assertThat(drawn("kaiming", true, 5)).isEqualTo(drawn("kaiming", true, 5));
    assertThat(drawn("kaiming", true, 5)).isNotEqualTo(drawn("kaiming", true, 6));
    Map<String, int[]> alone = Map.of("conv.weight", new int[] {6, 4, 3, 3});
    assertThat(Initialisation.of("kaiming", alone, 5).get("conv.weight"))
        .isEqualTo(drawn("kaiming", true, 5).get("conv.weight"));
  }

  @Test
  void theResultSaysHowItWasMade() {
    SvsConfig config = new SvsConfig(true, true, true, 0.5, "xavier", 7, false);
    Safetensors.Content scaled =
        new Safetensors.Content(
            network().tensors(), Map.of(SingularValueScaling.MARKER, "{}", "kept", "yes"));
    assertThat(Redrawing.draw(scaled, config).metadata())
        .containsEntry("kept", "yes")
        .doesNotContainKey(SingularValueScaling.MARKER)
        .containsEntry(
            Redrawing.MARKER,
            "{\"enabled\":true,\"scaleBias\":true,\"resetNorm\":true,\"power\":0.5,"
                + "\"initialisation\":\"xavier\",\"seed\":7}");
  }

  private static StateDict drawn(String rule, boolean resetNorm, long seed) {
    return Redrawing.draw(network(), new SvsConfig(true, true, resetNorm, 0.5, rule, seed, false))
        .tensors();
  }

  private static Safetensors.Content network() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("conv.weight", filled(9, 6, 4, 3, 3));
    tensors.put("conv.bias", filled(9, 6));
    tensors.put("norm.weight", filled(3, 6));
    tensors.put("norm.bias", filled(2, 6));
    tensors.put("linear.weight", filled(9, 40, 30));
    tensors.put("linear.bias", filled(9, 40));
    return new Safetensors.Content(new StateDict(tensors), Map.of());
  }

  private static Tensor filled(float value, int... shape) {
    float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.fill(values, value);
    return Tensor.of(values, shape);
  }
}
