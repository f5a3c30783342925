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
        "{\"axes\":{\"a\":5}} | axis 'a' is 5; legal are a list of values and a range",
        "{\"axes\":{\"a\":{\"low\":1}}} | axis 'a' has high null; legal is a number",
        "{\"axes\":{\"a\":{\"low\":1,\"high\":1}}} | low is 1.0 and high is 1.0; legal are two numbers",
        "{\"axes\":{\"a\":{\"low\":0,\"high\":1,\"scale\":\"log\"}}} | low is 0.0 on a log scale",
        "{\"axes\":{\"a\":{\"low\":0.5,\"high\":1,\"scale\":\"integer\"}}} | legal are whole numbers",
        "{\"axes\":{\"a\":{\"low\":0,\"high\":1,\"scale\":\"ln\"}}} | scale is 'ln'; legal are linear, log",
        "{\"axes\":{\"a\":{\"low\":0,\"high\":1}}} | axis 'a' is a range without points",
        "{\"axes\":{\"a\":{\"low\":0,\"high\":1,\"step\":1}}} | unknown field 'step'",
        "{\"axes\":{\"a\":[1]},\"search\":{\"sampler\":\"ran\"}} | search.sampler is 'ran'; legal are grid,",
        "{\"axes\":{\"a\":[1]},\"search\":{\"sampler\":\"tpe\"}} | search.trials is 0; legal are 1 to 1000",
        "{\"axes\":{\"a\":[1]},\"search\":{\"sampler\":\"grid\",\"trials\":5}} | search.trials is 5; a grid",
        "{\"arms\":{\"a\":{}},\"search\":{\"trials\":5}} | arms are named and search.sampler is 'random'",
        "{\"axes\":{\"a\":[1]},\"exclude\":[{\"b\":1}]} | exclude names 'b'; legal are the axes a",
        "{\"axes\":{\"a\":[1]},\"exclude\":[{\"a\":1}]} | exclude leaves out every point",
        "{\"axes\":{\"a\":[1]},\"exclude\":[{\"a\":{\"above\":\"x\"}}]} | legal is a number after above",
        "{\"axes\":{\"a\":[1]},\"replicates\":0} | replicates is 0; legal are 1 to 1000",
        "{\"axes\":{\"a\":[1]},\"replicates\":2,\"rungs\":{\"steps\":[1,2]}} | replicates is 2 together with rungs",
        "{\"axes\":{\"a\":[1]},\"rungs\":{}} | rungs.steps is missing",
        "{\"axes\":{\"a\":[1]},\"rungs\":{\"rule\":\"sha\",\"steps\":[1,2]}} | rungs.rule is 'sha'; legal are",
        "{\"axes\":{\"a\":[1]},\"objective\":\"fid\"} | objective is 'fid'; legal are frechet-distance, precision,",
        "{\"axes\":{\"a\":[1],\"b\":[1],\"c\":5}} | axis 'c' is 5",
      })
  void refusesWhatItCannotRunInOneLine(String sweep, String line) {
    assertThatThrownBy(() -> SweepPlan.of(InProcess.json(sweep)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("sweep: ")
        .hasMessageContaining(line)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void refusesMoreArmsThanItCanHandOn() {
    String values = "[1,2,3,4,5,6,7,8,9,10,11]";
    assertThatThrownBy(
            () ->
                SweepPlan.of(
                    InProcess.json(
                        "{\"axes\":{\"a\":%1$s,\"b\":%1$s,\"c\":%1$s,\"d\":%1$s}}"
                            .formatted(values))))
        .hasMessage("sweep: the axes make 14641 arms; legal are 1 to 10000");
  }

  @Test
  void excludeLeavesOutCombinations() {
    SweepPlan sweep =
        SweepPlan.of(
            InProcess.json(
                """
                {"axes": {"prune.ratio": [0.3, 0.5, 0.7], "svs.enabled": [false, true]},
                 "exclude": [{"prune.ratio": {"above": 0.5}, "svs.enabled": true},
                             {"prune.ratio": [0.3, 0.50], "svs.enabled": false}]}
                """));
    assertThat(sweep.points())
        .extracting(SweepPlan.Point::label)
        .containsExactly(
            "prune.ratio=0.3 svs.enabled=true",
            "prune.ratio=0.5 svs.enabled=true",
            "prune.ratio=0.7 svs.enabled=false");
  }

  @Test
  void replicatesDifferInTheSeedAndShareAGroup() {
    SweepPlan sweep =
        SweepPlan.of(
            InProcess.json(
                "{\"plan\": {\"seed\": 5}, \"axes\": {\"prune.ratio\": [0.3]}, \"replicates\": 3}"));
    assertThat(sweep.points())
        .extracting(SweepPlan.Point::label)
        .containsExactly(
            "prune.ratio=0.3 seed=5", "prune.ratio=0.3 seed=6", "prune.ratio=0.3 seed=7");
    assertThat(sweep.points()).extracting(SweepPlan.Point::group).containsOnly("prune.ratio=0.3");
    assertThat(sweep.points().get(2).request().get("seed").asInt()).isEqualTo(7);
  }

  @Test
  void aRandomSearchDrawsAsManyPointsAsItIsAskedForTheSameEveryTime() {
    String search =
        """
        {"search": {"trials": 40, "seed": 9}, "exclude": [{"prune.ratio": {"below": 0.4}}],
         "axes": {"prune.ratio": {"low": 0.3, "high": 0.7}, "svs.enabled": [false, true]}}
        """;
    SweepPlan sweep = SweepPlan.of(InProcess.json(search));
    assertThat(sweep.points()).hasSize(40).isEqualTo(SweepPlan.of(InProcess.json(search)).points());
    assertThat(sweep.points())
        .extracting(point -> point.values().get("prune.ratio").doubleValue())
        .allMatch(ratio -> ratio >= 0.4 && ratio <= 0.7)
        .doesNotHaveDuplicates();
  }
}
