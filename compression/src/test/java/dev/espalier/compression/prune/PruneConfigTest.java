package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PruneConfigTest {
  @Test
  void anEmptyObjectIsTheDefault() {
    PruneConfig config = Json.read("{}", PruneConfig.class, "plan");
    assertThat(config).isEqualTo(PruneConfig.defaults());
    assertThat(config.criterion()).isEqualTo("diff-pruning");
    assertThat(config.ratio()).isEqualTo(0.5);
  }

  /** Keys on the shelf hash what is written: an old plan's must stay what it was. */
  @Test
  void whatSaysTheDefaultIsNotWritten() {
    String defaults =
        """
        {"compat": "paper", "scope": "group", "floor": 0, "floors": {}, "roundTo": 1, "rounds": 1,
         "timestepWeights": "uniform"}
        """;
    PruneConfig config = Json.read(defaults, PruneConfig.class, "plan");
    assertThat(config).isEqualTo(PruneConfig.defaults());
    assertThat(Json.write(config))
        .isEqualTo(
            "{\"criterion\":\"diff-pruning\",\"ratio\":0.5,\"threshold\":0.05,"
                + "\"calibrationImages\":64,\"timestepStride\":1,\"seed\":0}");
  }

  @Test
  void everyOptionIsWrittenAndReadAgain() {
    PruneConfig config =
        PruneConfig.of(
            "taylor",
            0.3,
            0.02,
            128,
            2,
            5L,
            null,
            "global",
            0.1,
            Map.of("mid_block", 0.5),
            8,
            3,
            "obs-diff",
            null);
    assertThat(Json.read(Json.write(config), PruneConfig.class, "plan")).isEqualTo(config);
    PruneConfig compat =
        PruneConfig.of(
            null,
            null,
            null,
            null,
            null,
            null,
            "torch-pruning-1.2.5",
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    assertThat(Json.read(Json.write(compat), PruneConfig.class, "plan")).isEqualTo(compat);
    assertThat(compat.compatibility()).isEqualTo(Compat.TORCH_PRUNING_1_2_5);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    PruneConfig config = new PruneConfig("taylor", 0.3, 0.02, 128, 1, 5);
    assertThat(Json.read(Json.write(config), PruneConfig.class, "plan")).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"ratio\": 1.5}               | prune.ratio is 1.5; legal: 0 <= ratio < 1",
        "{\"ratio\": 1}                 | prune.ratio is 1.0; legal: 0 <= ratio < 1",
        "{\"threshold\": -1}            | prune.threshold is -1.0; legal: 0 <= threshold <= 1",
        "{\"criterion\": \"best\"}      | legal: random, magnitude, magnitude-l1, lamp, fpgm",
        "{\"compat\": \"1.6.1\"}        | prune.compat is '1.6.1'; legal: paper, torch-pruning-1.1.7",
        "{\"scope\": \"layer\"}         | prune.scope is 'layer'; legal: group, global",
        "{\"floor\": 1.1}              | prune.floor is 1.1; legal: 0 to 1",
        "{\"floors\": {\"mid\": -1}}    | prune.floors.mid is -1.0; legal: 0 to 1",
        "{\"floors\": {\"mid\": null}}  | prune.floors.mid is null; legal: 0 to 1",
        "{\"roundTo\": 0}              | prune.roundTo is 0; legal: 1 to 1024",
        "{\"rounds\": 0}               | prune.rounds is 0; legal: 1 to 100",
        "{\"rounds\": 101}             | prune.rounds is 101; legal: 1 to 100",
        "{\"timestepWeights\": \"linear\"} | prune.timestepWeights is 'linear'; legal: uniform, obs-diff",
        "{\"criterion\": \"lamp\", \"timestepWeights\": \"obs-diff\"} | 'lamp' is not measured over",
        "{\"scope\": \"global\", \"compat\": \"torch-pruning-1.6.1\"} | goes with scope group only",
        "{\"calibrationImages\": 0}     | prune.calibrationImages is 0; legal: 1 or more",
        "{\"timestepStride\": 1001}     | prune.timestepStride is 1001; legal: 1 to 1000",
        "{\"timesteps\": 0}            | prune.timesteps is 0; legal: 1 to 1000",
        "{\"ration\": 0.5}              | unknown field 'ration'",
      })
  void aFieldOutOfRangeIsNamedWithWhatIsLegal(String json, String message) {
    assertThatThrownBy(() -> Json.read(json, PruneConfig.class, "plan"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(message);
  }
}
