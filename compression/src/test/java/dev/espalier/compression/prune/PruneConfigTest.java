package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
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
        "{\"criterion\": \"best\"}      | random, magnitude, taylor, diff-pruning",
        "{\"calibrationImages\": 0}     | prune.calibrationImages is 0; legal: 1 or more",
        "{\"timestepStride\": 1001}     | prune.timestepStride is 1001; legal: 1 to 1000",
        "{\"ration\": 0.5}              | unknown field 'ration'",
      })
  void aFieldOutOfRangeIsNamedWithWhatIsLegal(String json, String message) {
    assertThatThrownBy(() -> Json.read(json, PruneConfig.class, "plan"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(message);
  }
}
