package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
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
  void cloudsTooSmallForKAreRefused() {
    Tensor three = Tensor.of(new double[3], 3, 1);
    assertThatThrownBy(() -> Prdc.of(three, three, 3))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("more than k = 3 images");
  }
}
