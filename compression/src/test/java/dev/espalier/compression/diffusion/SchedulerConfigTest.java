package dev.espalier.compression.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerConfigTest {
  private static SchedulerConfig of(String json) {
    return SchedulerConfig.of(Json.parse(json, "test"));
  }

  @Test
  void anEmptyObjectIsTheDdpmSchedule() {
    assertThat(of("{}").noiseSchedule().betas()).isEqualTo(NoiseSchedule.ddpm().betas());
    assertThat(of("{}").timesteps(4)).containsExactly(750, 500, 250, 0);
  }

  @Test
  void trainedBetasReplaceTheNamedSchedule() {
    SchedulerConfig config =
        of("{'num_train_timesteps': 2, 'trained_betas': [0.25, 0.5]}".replace('\'', '"'));
    assertThat(config.noiseSchedule().cumulative()).containsExactly(0.75, 0.375);
  }

  @Test
  void theOffsetMustLeaveTheFirstTimestepInsideTheSchedule() {
    SchedulerConfig config = of("{\"steps_offset\": 1}");
    assertThat(config.timesteps(2)).containsExactly(501, 1);
    assertThatThrownBy(() -> config.timesteps(1000))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("'steps_offset' is 1")
        .hasMessageContaining("1000 of 1000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"_class_name": "PNDMScheduler"}      | '_class_name' is 'PNDMScheduler'; legal: DDIM
          {"beta_schedule": "sigmoid"}          | 'beta_schedule' is 'sigmoid'; legal: linear,
          {"prediction_type": "flow"}           | 'prediction_type' is 'flow'; legal: epsilon,
          {"timestep_spacing": "uniform"}       | 'timestep_spacing' is 'uniform'; legal: leading,
          {"thresholding": true}                | 'thresholding' is true; legal: false
          {"rescale_betas_zero_snr": true}      | 'rescale_betas_zero_snr' is true; legal: false
          {"num_train_timesteps": 0}            | 'num_train_timesteps' is 0; legal: 1 to 100000
          {"beta_start": 0.5}                   | 'beta_start', 'beta_end' are 0.5, 0.02; legal
          {"trained_betas": [0.1]}              | 'trained_betas' does not fit; legal: null
          {"clip_sample_range": 0}              | 'clip_sample_range' is 0.0; legal: more than 0
          {"steps_offset": -1}                  | 'steps_offset' is -1; legal: 0 to 999
          {"variance_type": "learned"}          | 'variance_type' is 'learned'; legal: fixed_
          [1]                                   | is not a JSON object
          """)
  void whatIsNotSupportedIsRefusedByName(String json, String message) {
    assertThatThrownBy(() -> of(json))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(message);
  }
}
