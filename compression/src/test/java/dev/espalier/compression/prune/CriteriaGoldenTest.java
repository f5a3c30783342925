package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.unet2d.Configs;
import dev.espalier.compression.prune.ChannelPruner.Cut;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Statistics and scores are those of diffusers, torch autograd and forward hooks in double
 * precision ({@code src/test/python/author_criteria.py}). Ours sum statistics in float32; the
 * largest error measured, relative to a group's largest score, is 7e-6.
 */
class CriteriaGoldenTest {
  private static final double TOLERANCE = 5e-5;
  private static final String MODEL = "/reference/pruning/model_P/";

  private static Network network;
  private static StateDict weights;
  private static StateDict golden;
  private static final Map<Statistic, StateDict> MEASURED = new EnumMap<>(Statistic.class);
  private static StateDict weightedGradients;

  @BeforeAll
  static void measure() throws Exception {
    network = Networks.of(Configs.resource(MODEL + "config.json"));
    weights = tensors(MODEL + "model.safetensors").toFloat32();
    golden = tensors("/dev/espalier/compression/prune/criteria_model_P.safetensors");
    PruneConfig plain = new PruneConfig("obd", 0.5, 0, 4, 125, 0);
    for (Statistic kind : Statistic.values()) MEASURED.put(kind, sums(plain, kind));
    PruneConfig weighted =
        PruneConfig.of(
            "taylor", 0.5, 0.0, 4, 125, 0L, null, null, null, null, null, null, "obs-diff", null);
    weightedGradients = sums(weighted, Statistic.GRADIENT);
  }

  private static StateDict tensors(String resource) throws Exception {
    return Safetensors.read(file(resource)).tensors();
  }

  private static Path file(String resource) throws URISyntaxException {
    return Path.of(CriteriaGoldenTest.class.getResource(resource).toURI());
  }

  private static StateDict sums(PruneConfig config, Statistic kind) throws Exception {
    StateDict data = tensors(MODEL + "data.safetensors");
    try (Torch.Session session = Torch.open()) {
      Calibration.Batch batch =
          new Calibration.Batch(
              session.toDevice(session.manager(), data.get("clean_images")),
              session.toDevice(session.manager(), data.get("noise")));
      Calibration made =
          Calibration.of(
              session, network, weights, batch, NoiseSchedule.ddpm(), config, kind, Progress.NONE);
      assertThat(made.timesteps()).isEqualTo(8);
      return made.sums();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "magnitude",
        "magnitude-l1",
        "lamp",
        "fpgm",
        "taylor",
        "taylor-elementwise",
        "taylor-squared",
        "taylor-second-order",
        "fisher",
        "obd",
        "activation"
      })
  void scoresAreThoseOfPytorch(String criterion) {
    assertThat(error(criterion, criterion, new Statistics(MEASURED))).isLessThan(TOLERANCE);
  }

  @Test
  void timestepsWeighAsInObsDiff() {
    Statistics weighted = Statistics.ofGradients(weightedGradients);
    assertThat(error("taylor", "obs-diff", weighted)).isLessThan(TOLERANCE);
    assertThat(error("taylor", "obs-diff", new Statistics(MEASURED))).isGreaterThan(0.01);
  }

  @Test
  void everyCriterionThatMeasuresIsHeldHere() {
    List<String> held = new ArrayList<>();
    for (String key : golden.keys()) held.add(key.substring(0, key.indexOf('/')));
    assertThat(held)
        .containsAll(
            Importances.names().stream()
                .filter(n -> !n.equals("random") && !n.equals("diff-pruning"))
                .toList());
  }

  /** The largest difference, relative to the largest score of its group. */
  private static double error(String criterion, String key, Statistics statistics) {
    PruneConfig config = new PruneConfig(criterion, 0, 0, 4, 125, 0);
    List<Cut> cuts =
        ChannelPruner.prune(network, weights, weights.shapes(), config, (round, now) -> statistics)
            .cuts();
    assertThat(cuts).hasSize(50);
    double error = 0;
    for (Cut cut : cuts) {
      double[] expected = golden.get(key + "/" + cut.root()).doubles();
      assertThat(cut.scores()).hasSameSizeAs(expected);
      double largest = 0;
      double difference = 0;
      for (int c = 0; c < expected.length; c++) {
        largest = Math.max(largest, Math.abs(expected[c]));
        difference = Math.max(difference, Math.abs(expected[c] - cut.scores().get(c)));
      }
      assertThat(largest).as(cut.root()).isPositive();
      error = Math.max(error, difference / largest);
    }
    return error;
  }
}
