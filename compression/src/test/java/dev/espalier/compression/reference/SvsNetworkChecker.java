package dev.espalier.compression.reference;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.network.Run;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.svs.SingularValueScaling;
import dev.espalier.compression.svs.SpectrumReport;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole U-Net is scaled as by the authors' script: the stored tensors, figures of all tensors,
 * all singular values before and after, and one forward pass of the result.
 */
final class SvsNetworkChecker implements ReferenceChecker {
  private static final double TOLERANCE = 2e-6;
  private static final double FORWARD_TOLERANCE = 2e-5;

  @Override
  public boolean accepts(Path caseDir) {
    return caseDir.getParent().endsWith("svs")
        && caseDir.getFileName().toString().startsWith("ddpm_");
  }

  @Override
  public Outcome check(Path caseDir) {
    JsonNode reference = ReferenceSet.json(caseDir.resolve("case.json"));
    Path source = source(reference);
    StateDict before = before(source, caseDir);
    StateDict after =
        SingularValueScaling.scale(new Safetensors.Content(before, Map.of()), SvsConfig.defaults())
            .tensors();
    StateDict stored = ReferenceSet.tensors(caseDir.resolve("after.safetensors"));
    StateDict values = ReferenceSet.tensors(caseDir.resolve("singular_values.safetensors"));
    StateDict io = ReferenceSet.tensors(caseDir.resolve("io.safetensors"));

    List<Outcome> outcomes = new ArrayList<>(figures(after, reference.path("after_stats")));
    outcomes.add(Deviation.of("scaled", after, stored, TOLERANCE));
    outcomes.add(Deviation.of("values before", values(before), values.under("before."), TOLERANCE));
    outcomes.add(Deviation.of("values after", values(after), values.under("after."), TOLERANCE));
    outcomes.add(
        Deviation.of(
            "forward", forward(source, after, io), io.get("output_after"), FORWARD_TOLERANCE));
    return Outcome.worst(outcomes);
  }

  /** The title reads "SVS on FOLDER (…)". */
  private static Path source(JsonNode reference) {
    return ReferenceSet.at(reference.path("title").asText().split(" ")[2]);
  }

  private static StateDict before(Path source, Path caseDir) {
    Map<String, Tensor> tensors =
        new LinkedHashMap<>(
            ReferenceSet.tensors(source.resolve("model.safetensors")).toFloat32().tensors());
    if (caseDir.endsWith("ddpm_model_e1")) {
      tensors.computeIfPresent(
          "conv_in.bias", (key, bias) -> Tensor.of(new float[bias.size()], bias.shape()));
    }
    return new StateDict(tensors);
  }

  private static List<Outcome> figures(StateDict after, JsonNode stats) {
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(new Outcome("keys", Math.abs(after.keys().size() - stats.size()), 0));
    stats
        .properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              double[] values = after.get(key).doubles();
              double[] actual = {
                Math.sqrt(Arrays.stream(values).map(v -> v * v).sum()),
                Arrays.stream(values).map(Math::abs).max().orElseThrow()
              };
              JsonNode figures = entry.getValue();
              double[] expected = {
                figures.path("l2").asDouble(), figures.path("absmax").asDouble()
              };
              outcomes.add(Deviation.of("norm and largest of " + key, actual, expected, TOLERANCE));
              outcomes.add(
                  Deviation.of(
                      "sum of " + key,
                      Arrays.stream(values).sum(),
                      figures.path("sum").asDouble(),
                      TOLERANCE * Math.sqrt(values.length)));
            });
    return outcomes;
  }

  private static StateDict values(StateDict network) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    SpectrumReport.of(network)
        .tensors()
        .forEach(
            spectrum -> {
              double[] sigma =
                  spectrum.values().stream().mapToDouble(Double::doubleValue).toArray();
              values.put(spectrum.key(), Tensor.of(sigma, sigma.length));
            });
    return new StateDict(values);
  }

  private static Tensor forward(Path source, StateDict network, StateDict io) {
    try (Torch.Session torch = Torch.open();
        Weights weights = Weights.of(torch, torch.manager(), network, false)) {
      NDArray output =
          ReferenceSet.network(source)
              .forward(
                  Run.inference(torch.script(), weights, torch.manager()),
                  torch.toDevice(torch.manager(), io.get("sample")),
                  torch.toDevice(torch.manager(), io.get("timesteps")));
      return Torch.toHost(output);
    }
  }
}
