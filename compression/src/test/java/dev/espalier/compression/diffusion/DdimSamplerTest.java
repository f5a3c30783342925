package dev.espalier.compression.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DdimSamplerTest {
  private static final JsonNode CONFIG =
      Json.parse(
          """
          {"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 1, "out_channels": 1,
           "block_out_channels": [8, 8], "layers_per_block": 1, "norm_num_groups": 4,
           "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
           "up_block_types": ["AttnUpBlock2D", "UpBlock2D"]}
          """,
          "test");
  private static final int[] TIMESTEPS = {750, 500, 250, 0};
  private static final long SEED = 5;

  private Torch.Session session;
  private Weights weights;
  private DdimSampler sampler;

  @BeforeEach
  void open() {
    session = Torch.open();
    Network network = Networks.of(CONFIG);
    StateDict random = Initialisation.pytorch(network.declaredShapes(), 1);
    weights = Weights.of(session, session.manager(), random, false);
    sampler = new DdimSampler(session, network, weights, NoiseSchedule.ddpm(), false);
  }

  @AfterEach
  void close() {
    weights.close();
    session.close();
  }

  private Tensor sample(int[] timesteps, int first, int count) {
    return sampler.sample(timesteps, SEED, first, count, done -> {});
  }

  @Test
  void anImageDoesNotDependOnTheBatchItIsDrawnIn() {
    Tensor together = sample(TIMESTEPS, 0, 5);
    assertThat(together.shape()).containsExactly(5, 1, 8, 8);
    for (int i = 0; i < 5; i++) {
      double[] alone = sample(TIMESTEPS, i, 1).doubles();
      double[] among = together.select(0, new int[] {i}).doubles();
      for (int p = 0; p < alone.length; p++) {
        assertThat(among[p]).as("image %d, pixel %d", i, p).isCloseTo(alone[p], within(1.0));
      }
    }
  }

  /** Going nowhere, the image is the starting noise: the same in any batch, bit for bit. */
  @Test
  void theStartingNoiseIsAFunctionOfSeedAndImage() {
    Tensor together = sample(new int[0], 0, 6);
    assertThat(sample(new int[0], 2, 4)).isEqualTo(together.select(0, new int[] {2, 3, 4, 5}));
    assertThat(sample(new int[0], 2, 1)).isNotEqualTo(sample(new int[0], 3, 1));
    assertThat(sampler.sample(new int[0], SEED + 1, 0, 6, done -> {})).isNotEqualTo(together);
  }

  @Test
  void aRepeatedTimestepChangesNothing() {
    assertThat(sample(new int[] {750, 500, 500, 250, 0, 0, 0}, 0, 2))
        .isEqualTo(sample(TIMESTEPS, 0, 2));
  }

  @Test
  void progressCountsEveryTimestep() {
    List<Integer> done = new ArrayList<>();
    sampler.sample(new int[] {500, 250, 250, 0}, SEED, 0, 1, done::add);
    assertThat(done).containsExactly(1, 2, 3, 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void imagesHalfwayGoOnToTheSameBits(boolean bfloat16) {
    DdimSampler own =
        new DdimSampler(session, sampler.network(), weights, NoiseSchedule.ddpm(), false, bfloat16);
    List<DdimSampler.Halfway> halfway = new ArrayList<>();
    Tensor whole =
        own.sample(
            TIMESTEPS,
            SEED,
            2,
            3,
            null,
            (done, x) -> halfway.add(new DdimSampler.Halfway(done, Torch.toHost(x))));
    assertThat(halfway).hasSize(TIMESTEPS.length);
    for (DdimSampler.Halfway from : halfway) {
      List<Integer> after = new ArrayList<>();
      assertThat(own.sample(TIMESTEPS, SEED, 2, 3, from, (done, x) -> after.add(done)))
          .isEqualTo(whole);
      assertThat(after).hasSize(TIMESTEPS.length - from.done());
    }
  }

  @Test
  void whatAStepMakesIsFreedWhenItIsDone() {
    try (NDManager scope = session.manager().newSubManager()) {
      NDArray start = scope.ones(new Shape(2, 1, 8, 8));
      List<Integer> held = new ArrayList<>();
      sampler.walk(scope, start, TIMESTEPS, done -> held.add(scope.getManagedArrays().size()));
      assertThat(held).containsExactly(2, 2, 2);
    }
  }

  @Test
  void bfloat16ChangesTheImagesByItsRounding() {
    DdimSampler rounded =
        new DdimSampler(
            session, sampler.network(), weights, NoiseSchedule.ddpm(), false, /* bfloat16= */ true);
    long[] exact = sample(TIMESTEPS, 0, 4).longs();
    long[] near = rounded.sample(TIMESTEPS, SEED, 0, 4, done -> {}).longs();
    long apart = 0;
    for (int i = 0; i < exact.length; i++) apart += Math.abs(exact[i] - near[i]);
    assertThat(near).isNotEqualTo(exact);
    assertThat((double) apart / exact.length).isLessThan(2);
  }

  @Test
  void clippingKeepsTheImageInRange() {
    DdimSampler clipping =
        new DdimSampler(session, sampler.network(), weights, NoiseSchedule.ddpm(), true);
    try (NDManager scope = session.manager().newSubManager()) {
      NDArray start = scope.ones(new Shape(1, 1, 8, 8)).mul(3);
      int[] path = {500, DdimSampler.IMAGE};
      for (float x : clipping.walk(scope, start, path, done -> {}).toFloatArray()) {
        assertThat(x).isBetween(-1f, 1f);
      }
      assertThat(sampler.walk(scope, start, path, done -> {}).max().getFloat()).isGreaterThan(1);
    }
  }
}
