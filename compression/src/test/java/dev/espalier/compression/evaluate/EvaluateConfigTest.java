package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluateConfigTest {
  @Test
  void anEmptyObjectIsACompleteConfiguration() {
    assertThat(Json.read("{}", EvaluateConfig.class, "plan"))
        .isEqualTo(new EvaluateConfig(1000, 20, "uniform", 100, "fashion-classifier", 1))
        .isEqualTo(EvaluateConfig.defaults());
  }

  @Test
  void whatIsWrittenReadsBack() {
    EvaluateConfig config = new EvaluateConfig(49_984, 100, "quadratic", 128, "inception", -7);
    assertThat(Json.read(Json.write(config), EvaluateConfig.class, "plan")).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'samples': 1}        | evaluate.samples is 1; legal are 2 to 1000000",
        "{'steps': 0}          | evaluate.steps is 0; legal are 1 to 1000",
        "{'spacing': 'linear'} | evaluate.spacing is 'linear'; legal are [uniform, quadratic]",
        "{'batch': 0}          | evaluate.batch is 0; legal are 1 to 65536",
        "{'extractor': ' '}    | evaluate.extractor is blank",
        "{'sample': 5}         | unknown field 'sample'",
      },
      quoteCharacter = '"')
  void badInputIsRefusedInOneLine(String json, String message) {
    assertThatThrownBy(() -> Json.read(json.replace('\'', '"'), EvaluateConfig.class, "plan"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(message);
  }
}
