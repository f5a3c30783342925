package dev.espalier.compression.svs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpectrumTest {
  @Test
  void aDiagonalWeightShowsItsDiagonal() {
    Spectrum spectrum = Spectrum.of("w", diagonal(4, 2, 1));
    assertThat(spectrum.values()).containsExactly(4.0, 2.0, 1.0);
    assertThat(spectrum.max()).isEqualTo(4);
    assertThat(spectrum.min()).isEqualTo(1);
    assertThat(spectrum.rank()).isEqualTo(3);
    assertThat(spectrum.condition()).isEqualTo(4);
    assertThat(spectrum.stableRank()).isCloseTo(21 / 16.0, within(1e-12));
    double entropy =
        -(4 / 7.0 * Math.log(4 / 7.0) + 2 / 7.0 * Math.log(2 / 7.0) + Math.log(1 / 7.0) / 7);
    assertThat(spectrum.effectiveRank()).isCloseTo(Math.exp(entropy), within(1e-12));
  }

  @Test
  void equalValuesHaveFullStableAndEffectiveRank() {
    Spectrum spectrum = Spectrum.of("w", diagonal(3, 3, 3, 3));
    assertThat(spectrum.condition()).isEqualTo(1);
    assertThat(spectrum.stableRank()).isCloseTo(4, within(1e-12));
    assertThat(spectrum.effectiveRank()).isCloseTo(4, within(1e-12));
  }

  @Test
  void conditionCountsTheRankOnly() {
    Spectrum spectrum = Spectrum.of("w", diagonal(8, 2, 0));
    assertThat(spectrum.rank()).isEqualTo(2);
    assertThat(spectrum.min()).isZero();
    assertThat(spectrum.condition()).isEqualTo(4);
  }

  @Test
  void aKernelIsTheMatrixOfItsOutputChannels() {
    Spectrum spectrum =
        Spectrum.of("w", Tensor.of(new float[] {3, 0, 0, 4, 0, 0, 0, 0}, 2, 2, 2, 1));
    assertThat(spectrum.rows()).isEqualTo(2);
    assertThat(spectrum.columns()).isEqualTo(4);
    assertThat(spectrum.max()).isCloseTo(5, within(1e-12));
    assertThat(spectrum.rank()).isEqualTo(1);
  }

  @Test
  void aReportPoolsTheScaledTensorsAndReadsBackFromJson() {
    Map<String, Tensor> network = new LinkedHashMap<>();
    network.put("a.weight", diagonal(10, 1));
    network.put("a.bias", Tensor.of(new float[] {100, 1}, 2));
    network.put("b.weight", diagonal(6, 2));
    network.put("norm.weight", Tensor.of(new float[] {1, 1}, 2));
    network.put("norm.bias", Tensor.of(new float[] {0, 0}, 2));
    network.put("c.weight", diagonal(4, 2));
    network.put("zero.weight", diagonal(0, 0));
    SpectrumReport report = SpectrumReport.of(new StateDict(network));
    assertThat(report.tensors())
        .extracting(Spectrum::key)
        .containsExactly("a.weight", "b.weight", "c.weight", "zero.weight");
    assertThat(report.medianCondition()).isEqualTo(3);
    assertThat(report.medianStableRank()).isCloseTo(40 / 36.0, within(1e-12));
    assertThat(Json.read(Json.write(report), SpectrumReport.class, "report")).isEqualTo(report);
  }

  @Test
  void aNetworkWithoutWeightsHasTheMedianZero() {
    assertThat(SpectrumReport.of(new StateDict(Map.of())).medianCondition()).isZero();
  }

  @Test
  void anEmptyWeightIsRefused() {
    assertThatThrownBy(() -> Spectrum.of("conv.weight", Tensor.of(new float[0], 0, 3)))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("tensor 'conv.weight' is empty");
  }

  private static Tensor diagonal(double... values) {
    float[] matrix = new float[values.length * values.length];
    for (int i = 0; i < values.length; i++) matrix[i * (values.length + 1)] = (float) values[i];
    return Tensor.of(matrix, values.length, values.length);
  }
}
