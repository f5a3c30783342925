package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.tensor.BrokenOff;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pass over timesteps, on a tiny network with random weights and two images of noise. */
class CalibrationTest {
  private static final int SIDE = 8;
  private final Network network =
      Networks.of(Configs.with(Configs.tiny(), Map.of("sample_size", "" + SIDE)));
  private final StateDict weights = Initialisation.pytorch(network.declaredShapes(), 1);

  private Calibration measure(StateDict state, String config, Statistic statistic) {
    return measure(state, config, statistic, Progress.NONE);
  }

  private Calibration measure(
      StateDict state, String config, Statistic statistic, Progress progress) {
    try (Torch.Session session = Torch.open()) {
      long[] shape = {2, 3, SIDE, SIDE};
      Calibration.Batch batch =
          new Calibration.Batch(
              session.script().compute(session.manager(), "randn", shape, 1L),
              session.script().compute(session.manager(), "randn", shape, 2L));
      return Calibration.of(
          session,
          network,
          state,
          batch,
          NoiseSchedule.ddpm(),
          Json.read(config, PruneConfig.class, "test"),
          statistic,
          progress);
    }
  }

  @ParameterizedTest
  @EnumSource(Statistic.class)
  void whereverItIsBrokenOffAPassGoesOnToTheSameBits(Statistic statistic) {
    String every = "{\"timestepStride\": 300, \"threshold\": 0, \"timestepWeights\": \"obs-diff\"}";
    BrokenOff.everywhere(4, progress -> measure(weights, every, statistic, progress));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", \"compat\": \"torch-pruning-1.1.7\""})
  void aPassThatTheThresholdEndedStaysEnded(String loop) {
    String config = "{\"timestepStride\": 250, \"threshold\": 1%s}".formatted(loop);
    BrokenOff.everywhere(2, progress -> measure(weights, config, gradient(), progress));
  }

  /** The two published loops at a threshold that the second timestep's loss falls below. */
  @Test
  void theStoppingTimestepIsInTheScriptsSumAndNotInTheExperiments() {
    String config = "{\"timestepStride\": 250, \"threshold\": 1%s}";
    String script = ", \"compat\": \"torch-pruning-1.1.7\"";
    Calibration experiment = measure(weights, config.formatted(""), Statistic.GRADIENT);
    Calibration included = measure(weights, config.formatted(script), Statistic.GRADIENT);
    int looked = experiment.losses().size();
    assertThat(looked).isBetween(2, 4);
    assertThat(experiment.timesteps()).isEqualTo(looked - 1);
    assertThat(included.timesteps()).isEqualTo(looked);
    double elements = 3 * SIDE * SIDE;
    for (int i = 0; i < looked; i++) {
      assertThat(included.losses().get(i))
          .isCloseTo(experiment.losses().get(i) / elements, within(1e-5));
    }
  }

  @Test
  void withoutAThresholdEveryTimestepCounts() {
    Calibration all = measure(weights, "{\"timestepStride\": 250, \"threshold\": 0}", gradient());
    assertThat(all.timesteps()).isEqualTo(4);
    Calibration taylor =
        measure(weights, "{\"timestepStride\": 250, \"criterion\": \"taylor\"}", gradient());
    assertThat(taylor.sums()).isEqualTo(all.sums());
  }

  private static Statistic gradient() {
    return Statistic.GRADIENT;
  }

  /** Of one timestep, a square is the square of the gradient. */
  @Test
  void squaresAreSquaredTimestepByTimestep() {
    String one = "{\"timestepStride\": 1000, \"criterion\": \"fisher\"}";
    double[] gradient = measure(weights, one, gradient()).sums().get("conv_in.weight").doubles();
    double[] square =
        measure(weights, one, Statistic.SQUARED_GRADIENT).sums().get("conv_in.weight").doubles();
    for (int i = 0; i < square.length; i++) {
      assertThat(square[i])
          .isCloseTo(gradient[i] * gradient[i], within(1e-5 * Math.abs(square[i]) + 1e-12));
    }
  }

  /**
   * The loss is 1/N Σ (ε − o)², and ∂o/∂b = 1 at each of the N·H·W positions of a channel, so the
   * curvature towards an output bias is 2·H·W at every timestep; the estimate of each has a
   * relative deviation of √2.
   */
  @Test
  void curvatureIsTheGaussNewtonDiagonalInTheMean() {
    int stride = 10;
    String config = "{\"timestepStride\": " + stride + ", \"criterion\": \"obd\"}";
    Calibration made = measure(weights, config, Statistic.CURVATURE);
    assertThat(made.timesteps()).isEqualTo(100);
    double mean =
        IntStream.range(0, 3)
                .mapToDouble(c -> made.sums().get("conv_out.bias").doubles()[c])
                .average()
                .orElseThrow()
            / made.timesteps();
    // Three channels of 100 draws: a relative deviation of 8 %.
    assertThat(mean).isCloseTo(2.0 * SIDE * SIDE, within(0.3 * 2 * SIDE * SIDE));
  }

  /** With no weights the only activation is the bias, whatever goes in. */
  @Test
  void activationsAreMeansOfAbsoluteOutputsOfEveryLayer() {
    Map<String, Tensor> zero = new LinkedHashMap<>(weights.zeros().tensors());
    zero.put("conv_in.bias", Tensor.of(floats(16, -0.5f), 16));
    zero.put("time_embedding.linear_1.bias", Tensor.of(floats(64, 2), 64));
    StateDict activations =
        measure(
                new StateDict(zero),
                "{\"timestepStride\": 400, \"criterion\": \"activation\","
                    + " \"timestepWeights\": \"obs-diff\"}",
                Statistic.ACTIVATION)
            .sums();
    assertThat(activations.get("conv_in.weight").doubles()).containsOnly(0.5);
    assertThat(activations.get("time_embedding.linear_1.weight").doubles()).containsOnly(2);
    List<String> layers = new ArrayList<>();
    weights
        .tensors()
        .forEach(
            (key, tensor) -> {
              if (tensor.rank() > 1) layers.add(key);
            });
    assertThat(activations.keys()).containsExactlyInAnyOrderElementsOf(layers);
    assertThat(activations.get("conv_out.weight").shape()).containsExactly(3);
  }

  private static float[] floats(int n, float value) {
    float[] values = new float[n];
    java.util.Arrays.fill(values, value);
    return values;
  }

  @Test
  void timestepWeightsFallFromTheFirstDenoisingStepOn() {
    var weight = TimestepWeights.of("obs-diff", 1000);
    assertThat(weight.applyAsDouble(999)).isCloseTo(1.2, within(1e-12));
    assertThat(weight.applyAsDouble(0)).isEqualTo(0.8);
    // Equation 4 at iteration i = T − t = 990, ln(T − i + 1) = ln 11.
    assertThat(weight.applyAsDouble(10))
        .isCloseTo(0.8 + 0.4 * Math.log(11) / Math.log(1000), within(1e-12));
    assertThat(TimestepWeights.of("uniform", 1000).applyAsDouble(500)).isEqualTo(1);
  }

  @Test
  void aLossThatIsNoNumberIsRefused() {
    Map<String, Tensor> broken = new LinkedHashMap<>(weights.tensors());
    broken.put("conv_in.bias", Tensor.of(floats(16, Float.NaN), 16));
    assertThatThrownBy(() -> measure(new StateDict(broken), "{}", gradient()))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("the denoising loss at timestep 0 is NaN; weights and images must be finite");
  }
}
