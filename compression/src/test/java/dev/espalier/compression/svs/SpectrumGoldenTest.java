package dev.espalier.compression.svs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against numpy; {@code make_spectra.py} beside the values says how they were made. */
class SpectrumGoldenTest {
  static List<JsonNode> cases() throws IOException {
    try (InputStream in = SpectrumGoldenTest.class.getResourceAsStream("spectra.json")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return StreamSupport.stream(Json.parse(text, "spectra.json").spliterator(), false).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsSaidOfAWeightIsWhatNumpySays(JsonNode golden) {
    Spectrum spectrum = Spectrum.of(golden.get("key").asText(), weight(golden));
    double[] sigma = doubles(golden.get("sigma"));
    assertThat(spectrum.values()).hasSize(sigma.length);
    for (int i = 0; i < sigma.length; i++) {
      assertThat(spectrum.values().get(i)).isCloseTo(sigma[i], within(1e-13 * sigma[0]));
    }
    assertThat(spectrum.rank()).isEqualTo(golden.get("rank").asInt());
    assertThat(spectrum.condition())
        .isCloseTo(golden.get("condition").asDouble(), withPercentage(1e-6));
    assertThat(spectrum.stableRank())
        .isCloseTo(golden.get("stableRank").asDouble(), withPercentage(1e-10));
    assertThat(spectrum.effectiveRank())
        .isCloseTo(golden.get("effectiveRank").asDouble(), withPercentage(1e-10));
    assertThat(bins(spectrum.histogram())).isEqualTo(bins(golden));
    assertThat(spectrum.histogram().beyond()).isEqualTo(sigma.length - spectrum.rank());
  }

  @Test
  void theReportsHistogramIsTheSumOfItsWeights() throws IOException {
    Map<String, Tensor> network = new LinkedHashMap<>();
    Map<Integer, Long> bins = new TreeMap<>();
    for (JsonNode golden : cases()) {
      network.put(golden.get("key").asText(), weight(golden));
      bins(golden).forEach((bin, count) -> bins.merge(bin, count, Long::sum));
    }
    SpectrumReport report = SpectrumReport.of(new StateDict(network));
    assertThat(bins(report.histogram())).isEqualTo(bins);
    assertThat(report.largestCondition())
        .isEqualTo(report.tensors().stream().mapToDouble(Spectrum::condition).max().orElseThrow());
    assertThat(report.smallest()).isBetween(report.histogram().edge(0), report.histogram().edge(1));
    int last = report.histogram().counts().size();
    assertThat(report.largest())
        .isBetween(report.histogram().edge(last - 1), report.histogram().edge(last));
  }

  /** What the scaling says on the way is what a decomposition of its result says. */
  @Test
  void theScalingsOwnSpectraAreThoseOfItsInputAndItsResult() throws IOException {
    Map<String, Tensor> network = new LinkedHashMap<>();
    for (JsonNode golden : cases()) network.put(golden.get("key").asText(), weight(golden));
    Safetensors.Content content = new Safetensors.Content(new StateDict(network), Map.of());
    var scaled = SingularValueScaling.withSpectra(content, SvsConfig.defaults());
    equal(scaled.before(), SpectrumReport.of(content.tensors()));
    equal(scaled.after(), SpectrumReport.of(scaled.network().tensors()));
    assertThat(scaled.network())
        .isEqualTo(SingularValueScaling.scale(content, SvsConfig.defaults()));
  }

  private static void equal(SpectrumReport found, SpectrumReport expected) {
    assertThat(found.tensors()).hasSameSizeAs(expected.tensors());
    for (int i = 0; i < found.tensors().size(); i++) {
      Spectrum a = found.tensors().get(i);
      Spectrum b = expected.tensors().get(i);
      assertThat(a.key()).isEqualTo(b.key());
      for (int j = 0; j < a.values().size(); j++) {
        assertThat(a.values().get(j)).isCloseTo(b.values().get(j), within(2e-7 * b.max()));
      }
    }
  }

  private static Map<Integer, Long> bins(LogHistogram histogram) {
    Map<Integer, Long> bins = new TreeMap<>();
    for (int i = 0; i < histogram.counts().size(); i++) {
      if (histogram.counts().get(i) > 0) bins.put(histogram.first() + i, histogram.counts().get(i));
    }
    return bins;
  }

  private static Map<Integer, Long> bins(JsonNode golden) {
    Map<Integer, Long> bins = new TreeMap<>();
    golden
        .get("histogram")
        .properties()
        .forEach(e -> bins.put(Integer.parseInt(e.getKey()), e.getValue().asLong()));
    return bins;
  }

  private static Tensor weight(JsonNode golden) {
    List<Integer> shape = new ArrayList<>();
    golden.get("shape").forEach(extent -> shape.add(extent.asInt()));
    int[] extents = shape.stream().mapToInt(Integer::intValue).toArray();
    return Tensor.of(doubles(golden.get("weight")), extents).toFloat32();
  }

  private static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    Arrays.setAll(values, i -> array.get(i).asDouble());
    return values;
  }
}
