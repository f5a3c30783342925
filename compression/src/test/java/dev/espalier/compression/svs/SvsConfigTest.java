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

  /** Keys of what lies on shelves contain this text. */
  @Test
  void scalingIsWrittenAsBeforeThereWereOtherInitialisations() {
    assertThat(Json.write(SvsConfig.defaults()))
        .isEqualTo("{\"enabled\":true,\"scaleBias\":true,\"resetNorm\":true,\"power\":0.5}");
    assertThat(Json.read("{\"seed\": 9}", SvsConfig.class, "plan")).isEqualTo(SvsConfig.defaults());
  }

  @Test
  void anInitialisationIsWrittenWithItsSeed() {
    SvsConfig drawn =
        Json.read("{\"initialisation\": \"xavier\", \"seed\": 9}", SvsConfig.class, "plan");
    assertThat(drawn.draws()).isTrue();
    assertThat(Json.write(drawn)).endsWith("\"initialisation\":\"xavier\",\"seed\":9}");
    assertThat(Json.read(Json.write(drawn), SvsConfig.class, "plan")).isEqualTo(drawn);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'power': 1.5}   | svs.power is 1.5; legal are 0 to 1",
        "{'power': -0.1}  | svs.power is -0.1; legal are 0 to 1",
        "{'power': 'NaN'} | power",
        "{'initialisation': 'he'} | 'he'; legal are pruned, random, xavier, kaiming",
        "{'powr': 0.5}    | unknown field 'powr'; legal here are: enabled, initialisation, power",
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
