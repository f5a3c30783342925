package dev.espalier.compression.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunTest {
  /** Down- and up-sampling, both paddings of it, attention with several heads, 1×1 shortcuts. */
  private static final String CONFIG =
      """
      {"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 2, "out_channels": 2,
       "block_out_channels": [16, 32], "layers_per_block": 1, "norm_num_groups": 4,
       "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
       "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
       "downsample_padding": %d, "attention_head_dim": %s}
      """;

  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void fusedBlocksEqualTheirCompositionOnADenseNetwork(int padding) {
    JsonNode config = Json.parse(String.format(CONFIG, padding, "8"), "test");
    Network network = Networks.of(config);
    fusedEqualsComposed(network, Initialisation.pytorch(network.declaredShapes(), 1));
  }

  @Test
  void fusedBlocksEqualTheirCompositionOnAPrunedNetwork() {
    Network network = Networks.of(Json.parse(String.format(CONFIG, 0, "null"), "test"));
    StateDict dense = Initialisation.pytorch(network.declaredShapes(), 1);
    PruneConfig half = PruneConfig.of("random", 0.5, null, null, null, 3L);
    StateDict pruned = ChannelPruner.prune(network, dense, new StateDict(Map.of()), half).weights();
    assertThat(pruned.parameters()).isLessThan(dense.parameters() / 2);
    fusedEqualsComposed(network, pruned);
  }

  /** Outputs, and gradients of a loss towards the sample and all weights. */
  private static void fusedEqualsComposed(Network network, StateDict state) {
    try (Torch.Session session = Torch.open();
        Weights weights = Weights.of(session, session.manager(), state, true)) {
      Run fused = Run.gradient(session.script(), weights, session.manager());
      List<float[]> expected = outputAndGradients(session, network, fused.composed(), weights);
      List<float[]> actual = outputAndGradients(session, network, fused, weights);
      List<String> names = new ArrayList<>(List.of("output", "sample"));
      names.addAll(state.keys());
      assertThat(actual).hasSameSizeAs(names);
      for (int i = 0; i < names.size(); i++) {
        assertClose(names.get(i), actual.get(i), expected.get(i));
      }
    }
  }

  private static List<float[]> outputAndGradients(
      Torch.Session session, Network network, Run run, Weights weights) {
    NDManager scope = session.manager();
    NDArray sample = session.script().compute(scope, "randn", new long[] {3, 2, 8, 8}, 7L);
    sample = sample.duplicate();
    sample.setRequiresGradient(true);
    NDArray noise = session.script().compute(scope, "randn", new long[] {3, 2, 8, 8}, 8L);
    NDArray output = network.forward(run, sample, scope.create(new long[] {0, 500, 999}));
    NDArray loss = session.script().run(scope, "squared_error", true, output, noise, false).get(0);
    NDList inputs = new NDList(sample);
    inputs.addAll(weights.all());
    List<float[]> results = new ArrayList<>(List.of(output.toFloatArray()));
    for (NDArray gradient : session.script().run(scope, "grad", true, loss, inputs)) {
      results.add(gradient.toFloatArray());
    }
    return results;
  }

  private static void assertClose(String name, float[] actual, float[] expected) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      error += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(error))
        .as(name)
        .isLessThanOrEqualTo(TOLERANCE * Math.max(Math.sqrt(norm), 1e-3));
  }
}
