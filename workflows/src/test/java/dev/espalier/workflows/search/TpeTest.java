package dev.espalier.workflows.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.Json;
import dev.espalier.workflows.search.Tpe.Tried;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TpeTest {
  private static final List<Axis> AXES =
      List.of(
          axis("{\"low\": 1e-5, \"high\": 1e-1, \"scale\": \"log\"}"),
          axis("{\"low\": 0, \"high\": 1}"),
          axis("[\"a\", \"b\", \"c\", \"d\"]"));

  private static Axis axis(String json) {
    return Axis.of(Json.parse(json, "test"));
  }

  /** A bowl with its bottom at 10^-3, 0.3 and "c". */
  private static double bowl(double[] units) {
    double rate = Math.log10(AXES.get(0).at(units[0]).doubleValue()) + 3;
    double part = AXES.get(1).at(units[1]).doubleValue() - 0.3;
    double kind = AXES.get(2).at(units[2]).textValue().equals("c") ? 0 : 0.5;
    return rate * rate + 4 * part * part + kind;
  }

  private static double best(Tpe tpe, int trials, int startup) {
    List<Tried> tried = new ArrayList<>();
    for (int number = 0; number < trials; number++) {
      double[] units = number < startup ? tpe.random(number) : tpe.suggest(tried, number);
      assertThat(units).hasSize(3);
      for (double unit : units) assertThat(unit).isBetween(0.0, 1.0);
      tried.add(new Tried(units, bowl(units)));
    }
    return tried.stream().mapToDouble(Tried::value).min().orElseThrow();
  }

  @Test
  void findsTheBottomOfABowlCloserThanAsManyRandomPoints() {
    double[] learnt = new double[25];
    double[] random = new double[25];
    for (int seed = 0; seed < learnt.length; seed++) {
      learnt[seed] = best(new Tpe(AXES, seed), 60, 10);
      random[seed] = best(new Tpe(AXES, seed), 60, 60);
    }
    Arrays.sort(learnt);
    Arrays.sort(random);
    assertThat(learnt[12]).as("median over seeds").isLessThan(random[12] / 2);
  }

  @Test
  void equalArgumentsGiveEqualPoints() {
    List<Tried> tried = new ArrayList<>();
    Tpe tpe = new Tpe(AXES, 3);
    for (int i = 0; i < 12; i++) tried.add(new Tried(tpe.random(i), bowl(tpe.random(i))));
    assertThat(new Tpe(AXES, 3).suggest(tried, 12)).isEqualTo(tpe.suggest(tried, 12));
    assertThat(tpe.suggest(tried, 13)).isNotEqualTo(tpe.suggest(tried, 12));
    assertThat(new Tpe(AXES, 4).suggest(tried, 12)).isNotEqualTo(tpe.suggest(tried, 12));
  }

  @Test
  void randomPointsAreEvenOverARangeAndAList() {
    int[] halves = new int[2];
    int[] kinds = new int[4];
    Tpe tpe = new Tpe(AXES, 1);
    for (int number = 0; number < 4000; number++) {
      double[] units = tpe.random(number);
      halves[AXES.get(0).at(units[0]).doubleValue() < 1e-3 ? 0 : 1]++;
      kinds["abcd".indexOf(AXES.get(2).at(units[2]).textValue())]++;
    }
    // Five standard deviations of a fair count.
    assertThat(halves[0]).isBetween(2000 - 160, 2000 + 160);
    for (int count : kinds) assertThat(count).isBetween(1000 - 140, 1000 + 140);
  }

  @Test
  void valuesAndUnitsAreEachOthersInverse() {
    for (Axis axis : AXES) {
      for (double unit : new double[] {0.01, 0.3, 0.5, 0.99}) {
        assertThat(axis.at(axis.unit(axis.at(unit)))).isEqualTo(axis.at(unit));
      }
    }
    Axis whole = axis("{\"low\": 1, \"high\": 4, \"scale\": \"integer\"}");
    assertThat(List.of(0.0, 0.24, 0.26, 0.74, 0.76, 1.0))
        .extracting(unit -> whole.at(unit).intValue())
        .containsExactly(1, 1, 2, 3, 4, 4);
    assertThat(whole.at(whole.unit(whole.at(0.6)))).isEqualTo(whole.at(0.6));
  }

  @Test
  void aRangesGridIsEvenOnItsScale() {
    assertThat(axis("{\"low\": 1e-4, \"high\": 1e-1, \"scale\": \"log\", \"points\": 4}").grid())
        .extracting(value -> value.doubleValue())
        .containsExactly(1e-4, 1e-3, 1e-2, 1e-1);
    assertThat(axis("{\"low\": 1, \"high\": 3, \"scale\": \"integer\", \"points\": 9}").grid())
        .extracting(value -> value.intValue())
        .containsExactly(1, 2, 3);
  }
}
