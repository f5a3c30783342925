package dev.espalier.compression.svs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvsConfigTest {
  @Test
  void anEmptyObjectIsThePublishedMethod() {
    assertThat(Json.read("{}", SvsConfig.class, "plan"))
        .isEqualTo(new SvsConfig(true, true, true, 0.5))
        .isEqualTo(SvsConfig.defaults());
  }

  @Test
  void fieldsOverrideTheirDefaultsOneByOne() {
    assertThat(Json.read("{\"scaleBias\": false, \"power\": 1}", SvsConfig.class, "plan"))
        .isEqualTo(new SvsConfig(true, false, true, 1));
  }

  @Test
  void whatIsWrittenReadsBack() {
    SvsConfig config = new SvsConfig(false, true, false, 0.25);
    assertThat(Json.read(Json.write(config), SvsConfig.class, "plan")).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'power': 1.5}   | svs.power is 1.5; legal are 0 to 1",
        "{'power': -0.1}  | svs.power is -0.1; legal are 0 to 1",
        "{'power': 'NaN'} | power",
        "{'powr': 0.5}    | unknown field 'powr'; legal here are: enabled, power, resetNorm",
      },
      quoteCharacter = '"')
  void badInputIsRefusedInOneLine(String json, String message) {
    assertThatThrownBy(() -> Json.read(json.replace('\'', '"'), SvsConfig.class, "plan"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }
}
