package dev.espalier.compression.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NoiseScheduleTest {
  @Test
  void theDdpmScheduleHasThePublishedCumulativeProducts() {
    NoiseSchedule schedule = NoiseSchedule.ddpm();
    assertThat(schedule.cumulative(-1)).isEqualTo(1);
    assertThat(schedule.cumulative(0)).isCloseTo(0.9999, within(1e-7));
    assertThat(schedule.cumulative(499)).isCloseTo(0.078587243, within(1e-8));
    assertThat(schedule.cumulative(999)).isCloseTo(4.0358298e-5, within(1e-11));
  }

  /** Stable Diffusion's schedule; the middle is ((√0.00085 + √0.012) / 2)², almost. */
  @Test
  void scaledLinearHasEquallySpacedRoots() {
    double[] betas = NoiseSchedule.scaledLinear(1001, 0.00085, 0.012).betas();
    double middle = (Math.sqrt(0.00085) + Math.sqrt(0.012)) / 2;
    assertThat(betas[0]).isCloseTo(0.00085, within(1e-9));
    assertThat(betas[500]).isCloseTo(middle * middle, within(1e-9));
    assertThat(betas[1000]).isCloseTo(0.012, within(1e-9));
  }

  @Test
  void theSquaredCosineIsCapped() {
    NoiseSchedule schedule = NoiseSchedule.squaredCosine(1000);
    assertThat(schedule.betas()[999]).isCloseTo(0.999, within(1e-7));
    double half = Math.cos((0.5 + 0.008) / 1.008 * Math.PI / 2);
    double start = Math.cos(0.008 / 1.008 * Math.PI / 2);
    assertThat(schedule.cumulative(499)).isCloseTo(half * half / (start * start), within(1e-5));
  }
}
