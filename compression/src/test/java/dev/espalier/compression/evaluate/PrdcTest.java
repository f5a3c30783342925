package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrdcTest {
  @Test
  void equalsThePrdcPackageOnTheGoldenFeatures() {
    Tensor real = GoldenFeatures.real(40);
    Tensor fake = GoldenFeatures.fake(50);
    assertThat(Prdc.of(real, fake, 3)).isEqualTo(new Prdc(.86, .95, 1.04, .975));
    assertThat(Prdc.of(real, fake, 5)).isEqualTo(new Prdc(1, 1, 1.136, 1));
  }

  @Test
  void cloudsFarApartShareNothing() {
    Tensor real = Tensor.of(new double[] {0, 1, 2, 3}, 4, 1);
    Tensor fake = Tensor.of(new double[] {100, 101, 102}, 3, 1);
    assertThat(Prdc.of(real, fake, 1)).isEqualTo(new Prdc(0, 0, 0, 0));
  }

  @Test
  void aVectorOnTheEdgeOfABallLiesOutside() {
    Tensor real = Tensor.of(new double[] {0, 1}, 2, 1);
    Tensor fake = Tensor.of(new double[] {2, 4}, 2, 1);
    assertThat(Prdc.of(real, fake, 1)).isEqualTo(new Prdc(0, .5, 0, 0));
  }

  @Test
  void duplicatesHaveEmptyBalls() {
    Tensor real = Tensor.of(new double[] {.1, .7, .1, .7, .1, .7}, 3, 2);
    assertThat(Prdc.of(real, real, 1)).isEqualTo(new Prdc(0, 0, 0, 0));
  }

  @Test
  void cloudsOfSeveralBlocksFollowTheDefinition() {
    double[] real = new Random(1).doubles(2200).toArray();
    double[] fake = new Random(2).doubles(2200).map(v -> 0.3 + 1.1 * v).toArray();
    double[] realRadii = radii(real, 3);
    double[] fakeRadii = radii(fake, 3);
    int[] around = new int[2200];
    int recalled = 0;
    int covered = 0;
    for (int i = 0; i < 2200; i++) {
      boolean inside = false;
      boolean holds = false;
      for (int j = 0; j < 2200; j++) {
        double distance = Math.abs(real[i] - fake[j]);
        inside |= distance < fakeRadii[j];
        holds |= distance < realRadii[i];
        if (distance < realRadii[i]) around[j]++;
      }
      recalled += inside ? 1 : 0;
      covered += holds ? 1 : 0;
    }
    assertThat(Prdc.of(Tensor.of(real, 2200, 1), Tensor.of(fake, 2200, 1), 3))
        .isEqualTo(
            new Prdc(
                Arrays.stream(around).filter(n -> n > 0).count() / 2200.0,
                recalled / 2200.0,
                Arrays.stream(around).sum() / (3 * 2200.0),
                covered / 2200.0));
  }

  private static double[] radii(double[] cloud, int k) {
    return Arrays.stream(cloud)
        .map(x -> Arrays.stream(cloud).map(y -> Math.abs(x - y)).sorted().toArray()[k])
        .toArray();
  }

  @Test
  void cloudsTooSmallForKAreRefused() {
    Tensor three = Tensor.of(new double[3], 3, 1);
    assertThatThrownBy(() -> Prdc.of(three, three, 3))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("more than k = 3 images");
  }
}
