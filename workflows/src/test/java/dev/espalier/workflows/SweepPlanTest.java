package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepPlanTest {
  @Test
  void theLastAxisRunsFastestAndObjectsAreLaidOverThePlan() {
    SweepPlan sweep =
        SweepPlan.of(
            InProcess.json(
                """
                {"plan": {"svs": {"power": 0.7}},
                 "axes": {"recipe": ["a", "b"], "svs": [{"enabled": false}, {"enabled": true}]}}
                """));
    assertThat(sweep.points())
        .extracting(SweepPlan.Point::label)
        .containsExactly(
            "recipe=a svs={\"enabled\":false}",
            "recipe=a svs={\"enabled\":true}",
            "recipe=b svs={\"enabled\":false}",
            "recipe=b svs={\"enabled\":true}");
    assertThat(sweep.points().get(3).request())
        .isEqualTo(
            InProcess.json("{\"recipe\": \"b\", \"svs\": {\"power\": 0.7, \"enabled\": true}}"));
  }

  @Test
  void namedArmsHaveTheirNamesAndEachItsGrid() {
    SweepPlan sweep =
        SweepPlan.of(
            InProcess.json(
                """
                {"description": "two criteria", "plan": {"svs": {"power": 0.7}},
                 "arms": {"z random": {"prune": {"criterion": "random"}}, "a": {"seed": 3}},
                 "axes": {"prune.ratio": [0.3, 0.5]}}
                """));
    assertThat(sweep.points())
        .extracting(SweepPlan.Point::label)
        .containsExactly(
            "z random prune.ratio=0.3",
            "z random prune.ratio=0.5",
            "a prune.ratio=0.3",
            "a prune.ratio=0.5");
    assertThat(sweep.points().get(1).request())
        .isEqualTo(
            InProcess.json(
                "{\"svs\": {\"power\": 0.7}, \"prune\": {\"criterion\": \"random\", \"ratio\": 0.5}}"));
    assertThat(SweepPlan.of(InProcess.json("{\"arms\": {\"a\": {}}}")).points()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"axes\":{}} | axes is empty",
        "{\"axes\":{\"prune.ratio\":[]}} | axis 'prune.ratio' has no values",
        "{\"axes\":{\"prune ratio\":[1]}} | axis 'prune ratio' is no dotted field",
        "{\"axes\":{\"a\":[1]},\"parallel\":0} | parallel is 0; legal are 1 to 256",
        "{\"axes\":{\"a\":[1]},\"name\":\"A b\"} | name is 'A b'; legal are",
        "{\"axes\":{\"a\":[1]},\"axis\":1} | unknown field 'axis'; legal here are: arms, axes,",
        "{\"arms\":{\" a\":{}}} | arm ' a': legal are labels of 1 to 60 characters",
        "{\"arms\":{\"a\":3}} | 'arms.a'",
        "{\"axes\":{\"a\":[1]},\"published\":{\"rows\":[]}} | published: source is missing",
        "{\"axes\":{\"a\":5}} | 'axes.a'",
        "{\"axes\":{\"a\":[1],\"b\":[1],\"c\":5}} | 'axes.c'",
      })
  void refusesWhatItCannotRunInOneLine(String sweep, String line) {
    assertThatThrownBy(() -> SweepPlan.of(InProcess.json(sweep)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("sweep: ")
        .hasMessageContaining(line)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void refusesAGridTooLargeForOneHistory() {
    String values = "[1,2,3,4,5,6,7,8,9,10]";
    assertThatThrownBy(
            () ->
                SweepPlan.of(
                    InProcess.json(
                        "{\"axes\":{\"a\":%s,\"b\":%s,\"c\":%s}}"
                            .formatted(values, values, values))))
        .hasMessage("sweep: the axes make 1000 arms; legal are 1 to 256");
  }
}
