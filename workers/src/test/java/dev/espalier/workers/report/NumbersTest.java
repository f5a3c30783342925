package dev.espalier.workers.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void writesSizesWithPrefixes() {
    assertThat(Numbers.scaled(6_064_135_040.0)).isEqualTo("6.06 G");
    assertThat(Numbers.scaled(999_600)).isEqualTo("1 M");
    assertThat(Numbers.scaled(12)).isEqualTo("12");
    assertThat(Numbers.tick(1.5e8)).isEqualTo("150 M");
    assertThat(Numbers.tick(20_000)).isEqualTo("20000");
    assertThat(Numbers.count(35_746_307)).isEqualTo("35,746,307");
  }

  @Test
  void keepsThreeSignificantDigits() {
    assertThat(Numbers.significant(0.046934)).isEqualTo("0.0469");
    assertThat(Numbers.significant(100)).isEqualTo("100");
    assertThat(Numbers.significant(-2.5)).isEqualTo("−2.5");
    assertThat(Numbers.significant(Double.NaN)).isEqualTo("–");
  }

  @Test
  void summarisesSeeds() {
    assertThat(Numbers.median(List.of(3.0, 1.0, 2.0, 10.0))).isEqualTo(2.5);
    assertThat(Numbers.enumeration(List.of("a", "b", "c"))).isEqualTo("a, b and c");
  }
}
