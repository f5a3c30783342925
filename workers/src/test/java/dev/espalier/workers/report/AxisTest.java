package dev.espalier.workers.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void evenAxisEndsOnRoundNumbersAroundTheValues() {
    Axis axis = Axis.covering(List.of(0.0, 297.0), 50, 450);
    assertThat(axis.log()).isFalse();
    assertThat(axis.ticks()).containsExactly(0.0, 100.0, 200.0, 300.0);
    assertThat(axis.at(150)).isCloseTo(250, within(1e-9));
  }

  @Test
  void wideSpreadBecomesLogarithmicAndKeepsEveryValueInside() {
    Axis axis = Axis.covering(List.of(23.0, 900.0), 224, 28);
    assertThat(axis.log()).isTrue();
    assertThat(axis.ticks()).containsExactly(30.0, 100.0, 300.0, 1000.0);
    assertThat(axis.at(23)).isBetween(28.0, 224.0);
    assertThat(axis.at(900)).isBetween(28.0, axis.at(23));
    assertThat(axis.shows(0)).isFalse();
  }

  @Test
  void oneValueOrNoneStillMakesAnAxis() {
    for (List<Double> values : List.of(List.<Double>of(), List.of(5.0), List.of(Double.NaN))) {
      for (Axis axis : List.of(Axis.linear(values, 0, 1), Axis.logarithmic(values, 0, 1))) {
        assertThat(axis.max()).isGreaterThan(axis.min());
        assertThat(axis.at(axis.min())).isZero();
      }
    }
  }

  @Test
  void negativeValuesStayOnAnEvenAxis() {
    Axis axis = Axis.covering(List.of(-2.0, 100.0), 0, 1);
    assertThat(axis.log()).isFalse();
    assertThat(axis.min()).isLessThanOrEqualTo(-2);
  }
}
