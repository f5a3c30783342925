package dev.espalier.compression.svs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The algebra of specification V23, on random weights. */
class SingularValueScalingTest {
  static List<int[]> shapes() {
    return List.of(
        new int[] {12, 12},
        new int[] {9, 30},
        new int[] {30, 9},
        new int[] {8, 4, 3, 3},
        new int[] {16, 6, 1, 1},
        new int[] {40, 2, 3, 3},
        new int[] {1, 7},
        new int[] {7, 1});
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void singularValuesBecomeTheirRootsInTheSameOrder(int[] shape) {
    Tensor weight = gaussian(1, shape);
    Tensor scaled = scale(weight);
    assertThat(scaled.shape()).isEqualTo(shape);
    assertThat(scaled.dtype()).isEqualTo(Dtype.F32);
    Spectrum before = Spectrum.of("w", weight);
    Spectrum after = Spectrum.of("w", scaled);
    for (int i = 0; i < before.values().size(); i++) {
      assertThat(after.values().get(i))
          .isCloseTo(Math.sqrt(before.values().get(i)), within(1e-6 * after.max()));
    }
    assertThat(after.condition()).isCloseTo(Math.sqrt(before.condition()), withPercentage(1e-3));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theSquaredNormBecomesTheNuclearNorm(int[] shape) {
    Tensor weight = gaussian(2, shape);
    double nuclear =
        Spectrum.of("w", weight).values().stream().mapToDouble(Double::doubleValue).sum();
    double norm = norm(scale(weight).doubles());
    assertThat(norm * norm).isCloseTo(nuclear, withPercentage(1e-4));
  }

  @Test
  void theGramMatrixBecomesItsRoot() {
    Tensor weight = gaussian(3, 6, 20);
    double[][] root = gram(scale(weight));
    double[][] expected = gram(weight);
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 6; j++) {
        double product = 0;
        for (int k = 0; k < 6; k++) product += root[i][k] * root[k][j];
        assertThat(product).isCloseTo(expected[i][j], within(1e-5 * expected[i][i]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aFactorComesOutAsItsRoot(int[] shape) {
    double[] weight = gaussian(4, shape).doubles();
    double[] nine = Arrays.stream(weight).map(w -> 9 * w).toArray();
    double[] three = times(3, scale(Tensor.of(weight, shape)));
    assertClose(scale(Tensor.of(nine, shape)), three, 1e-5);
  }

  @Test
  void permutingOutputChannelsCommutesWithScaling() {
    Tensor weight = gaussian(5, 7, 3, 3, 3);
    int[] order = {3, 0, 6, 2, 5, 1, 4};
    assertClose(scale(weight.select(0, order)), scale(weight).select(0, order).doubles(), 1e-6);
  }

  @Test
  void rotatingOutputChannelsCommutesWithScaling() {
    Tensor weight = gaussian(6, 2, 10);
    assertClose(scale(rotate(weight)), rotate(scale(weight)).doubles(), 1e-6);
  }

  private static Tensor rotate(Tensor twoRows) {
    double[] w = twoRows.doubles();
    int columns = twoRows.extent(1);
    double[] turned = new double[w.length];
    for (int j = 0; j < columns; j++) {
      turned[j] = 0.6 * w[j] - 0.8 * w[columns + j];
      turned[columns + j] = 0.8 * w[j] + 0.6 * w[columns + j];
    }
    return Tensor.of(turned, twoRows.shape());
  }

  @Test
  void valuesBelowOneGrowThoseAboveShrinkAndOneStays() {
    Tensor diagonal = Tensor.of(new float[] {0.25f, 0, 0, 0, 1, 0, 0, 0, 9}, 3, 3);
    assertClose(scale(diagonal), new double[] {0.5, 0, 0, 0, 1, 0, 0, 0, 3}, 1e-7);
  }

  @Test
  void rankIsKeptForEveryPower() {
    double[] left = gaussian(7, 8).doubles();
    double[] right = gaussian(8, 12).doubles();
    double[] outer = new double[8 * 12];
    for (int i = 0; i < outer.length; i++) outer[i] = left[i / 12] * right[i % 12];
    for (double power : new double[] {0, 0.5, 1}) {
      Tensor scaled = SingularValueScaling.weight("w", Tensor.of(outer, 8, 12), power).weight();
      Spectrum spectrum = Spectrum.of("w", scaled);
      assertThat(spectrum.rank()).isEqualTo(1);
      assertThat(spectrum.max())
          .isCloseTo(Math.pow(norm(left) * norm(right), power), withPercentage(1e-4));
      assertThat(spectrum.values().get(1)).isLessThan(1e-6 * spectrum.max());
    }
  }

  @Test
  void aZeroWeightStaysZero() {
    assertThat(scale(Tensor.of(new float[12], 3, 4)).floats()).containsOnly(0f);
  }

  @Test
  void powerOneChangesNothingAndPowerZeroMakesAllValuesOne() {
    Tensor weight = gaussian(9, 6, 4, 3, 3);
    assertClose(SingularValueScaling.weight("w", weight, 1).weight(), weight.doubles(), 1e-6);
    assertThat(Spectrum.of("w", SingularValueScaling.weight("w", weight, 0).weight()).values())
        .allSatisfy(s -> assertThat(s).isCloseTo(1, within(1e-6)));
  }

  @Test
  void aSecondPassWouldGiveTheFourthRoot() {
    Tensor weight = gaussian(10, 10, 15);
    Spectrum once = Spectrum.of("w", scale(weight));
    Spectrum twice = Spectrum.of("w", scale(scale(weight)));
    assertThat(twice.condition()).isCloseTo(Math.sqrt(once.condition()), withPercentage(1e-3));
    assertThat(twice.condition()).isLessThan(once.condition() * 0.9);
  }

  @Test
  void aBiasKeepsItsDirectionAndTakesTheRootOfItsNorm() {
    Tensor bias = Tensor.of(new float[] {3, 0, -4, 12, 84}, 5);
    double[] expected = times(1 / Math.sqrt(85), bias);
    assertClose(SingularValueScaling.bias(bias, 0.5), expected, 1e-6);
    assertThat(norm(expected)).isCloseTo(Math.sqrt(85), within(1e-12));
    assertThat(SingularValueScaling.bias(Tensor.of(new float[4], 4), 0.5).floats())
        .containsOnly(0f);
  }

  @Test
  void aNetworkIsScaledByRoleAndMarked() {
    Safetensors.Content network = network(Map.of("espalier.origin", "pruned"));
    Safetensors.Content scaled = SingularValueScaling.scale(network, SvsConfig.defaults());
    StateDict before = network.tensors();
    StateDict after = scaled.tensors();
    assertThat(after.keys()).containsExactlyElementsOf(before.keys());
    assertThat(after.get("conv.weight")).isEqualTo(scale(before.get("conv.weight")));
    assertThat(norm(after.get("conv.bias").doubles()))
        .isCloseTo(Math.sqrt(norm(before.get("conv.bias").doubles())), withPercentage(1e-4));
    assertThat(after.get("gain.weight").floats()).containsOnly(1f);
    assertThat(after.get("gain.bias").floats()).containsOnly(0f);
    assertThat(scaled.metadata())
        .containsEntry("espalier.origin", "pruned")
        .containsEntry(
            "espalier.scaled",
            "{\"enabled\":true,\"scaleBias\":true,\"resetNorm\":true,\"power\":0.5}");
  }

  @Test
  void biasAndNormCanBeLeftAlone() {
    Safetensors.Content network = network(Map.of());
    StateDict after =
        SingularValueScaling.scale(network, new SvsConfig(true, false, false, 0.5)).tensors();
    for (String key : List.of("conv.bias", "gain.weight", "gain.bias")) {
      assertThat(after.get(key)).isEqualTo(network.tensors().get(key));
    }
    assertThat(after.get("conv.weight")).isNotEqualTo(network.tensors().get("conv.weight"));
  }

  @Test
  void aSecondPassIsRefused() {
    Safetensors.Content once = SingularValueScaling.scale(network(Map.of()), SvsConfig.defaults());
    assertThatThrownBy(() -> SingularValueScaling.scale(once, SvsConfig.defaults()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("scaled already")
        .hasMessageContaining("\"power\":0.5");
  }

  @Test
  void whenDisabledTheNetworkComesBackUnmarked() {
    Safetensors.Content network = network(Map.of());
    assertThat(SingularValueScaling.scale(network, new SvsConfig(false, true, true, 0.5)))
        .isEqualTo(network);
  }

  @Test
  void weightsThatAreNotFiniteAreRefusedByName() {
    Safetensors.Content network =
        new Safetensors.Content(
            new StateDict(Map.of("w.weight", Tensor.of(new float[] {1, Float.NaN}, 1, 2))),
            Map.of());
    assertThatThrownBy(() -> SingularValueScaling.scale(network, SvsConfig.defaults()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("'w.weight' holds NaN");
  }

  private static Safetensors.Content network(Map<String, String> metadata) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("conv.weight", gaussian(11, 6, 4, 3, 3).toFloat32());
    tensors.put("conv.bias", gaussian(12, 6).toFloat32());
    tensors.put("gain.weight", gaussian(13, 6).toFloat32());
    tensors.put("gain.bias", gaussian(14, 6).toFloat32());
    return new Safetensors.Content(new StateDict(tensors), metadata);
  }

  private static Tensor scale(Tensor weight) {
    return SingularValueScaling.weight("w", weight, 0.5).weight();
  }

  private static Tensor gaussian(long seed, int... shape) {
    Random random = new Random(seed);
    double[] values = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.setAll(values, i -> random.nextGaussian());
    return Tensor.of(values, shape);
  }

  private static double[][] gram(Tensor matrix) {
    double[] m = matrix.doubles();
    int rows = matrix.extent(0);
    int columns = matrix.extent(1);
    double[][] gram = new double[rows][rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        for (int k = 0; k < columns; k++) gram[i][j] += m[i * columns + k] * m[j * columns + k];
      }
    }
    return gram;
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
  }

  private static double[] times(double factor, Tensor tensor) {
    return Arrays.stream(tensor.doubles()).map(v -> factor * v).toArray();
  }

  private static void assertClose(Tensor actual, double[] expected, double tolerance) {
    assertThat(actual.doubles())
        .hasSameSizeAs(expected)
        .containsExactly(expected, within(tolerance));
  }
}
