package dev.espalier.compression.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TimestepsTest {
  @Test
  void quadraticStepsAreDenseNearTheImage() {
    assertThat(Timesteps.QUADRATIC.descending(1000, 10))
        .containsExactly(800, 632, 483, 355, 246, 158, 88, 39, 9, 0);
    int[] hundred = Timesteps.QUADRATIC.descending(1000, 100);
    assertThat(hundred).hasSize(100);
    assertThat(Arrays.stream(hundred).distinct().count()).isEqualTo(96);
  }

  @Test
  void uniformStepsEndAtTheImageAndMayBeOneMore() {
    assertThat(Timesteps.UNIFORM.descending(1000, 4)).containsExactly(750, 500, 250, 0);
    assertThat(Timesteps.UNIFORM.descending(10, 4)).containsExactly(8, 6, 4, 2, 0);
    assertThat(Timesteps.LEADING.descending(10, 4)).containsExactly(6, 4, 2, 0);
  }

  @Test
  void trailingAndLinspaceStartAtTheLastTimestep() {
    assertThat(Timesteps.TRAILING.descending(1000, 4)).containsExactly(999, 749, 499, 249);
    assertThat(Timesteps.LINSPACE.descending(1000, 4)).containsExactly(999, 666, 333, 0);
  }

  @Test
  void everySpacingHasOneStepAtLeastAndOneForEachTimestepAtMost() {
    for (Timesteps spacing : Timesteps.values()) {
      assertThat(spacing.descending(1000, 1)).as(spacing.toString()).hasSize(1);
      assertThat(spacing.descending(1000, 1000)).as(spacing.toString()).hasSize(1000);
      assertThatThrownBy(() -> spacing.descending(1000, 0)).isInstanceOf(InvalidInput.class);
      assertThatThrownBy(() -> spacing.descending(1000, 1001))
          .isInstanceOf(InvalidInput.class)
          .hasMessage("sampling takes 1001 steps of a schedule of 1000; legal are 1 to 1000");
    }
  }

  @Test
  void anUnknownSpacingNamesTheLegalOnes() {
    assertThat(Timesteps.named("quadratic")).isEqualTo(Timesteps.QUADRATIC);
    assertThatThrownBy(() -> Timesteps.named("cubic"))
        .isInstanceOf(InvalidInput.class)
        .hasMessage(
            "timestep spacing 'cubic'; legal are [leading, trailing, linspace, uniform, quadratic]");
  }
}
