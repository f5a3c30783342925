package dev.espalier.compression.diffusion;

import static dev.espalier.compression.InvalidInput.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of diffusers' {@code DDIMScheduler} and {@code DDPMScheduler} in a {@code
 * scheduler_config.json}. A field that is absent has diffusers' default; fields that start with an
 * underscore are left out, but {@code _class_name} has to be one of the two where it is given. As
 * there, either scheduler can be made from the other's file.
 *
 * @param numTrainTimesteps T, 1 to 100,000
 * @param betaSchedule {@code linear}, {@code scaled_linear} or {@code squaredcos_cap_v2}, which
 *     uses neither end
 * @param trainedBetas the variances themselves, instead of a named schedule
 * @param clipSample whether the predicted image is kept within ±{@code clipSampleRange}
 * @param setAlphaToOne whether the step after the last goes to the clean image (ᾱ = 1), rather than
 *     to ᾱ_0
 * @param stepsOffset added to every timestep of the {@code leading} spacing
 * @param predictionType what the network predicts: {@code epsilon}, {@code sample} or {@code
 *     v_prediction}
 * @param thresholding not supported: false
 * @param dynamicThresholdingRatio only read with thresholding
 * @param sampleMaxValue only read with thresholding
 * @param varianceType of DDPM's noise: {@code fixed_small} (the posterior's, Ho et al. 2020,
 *     equation 7) or {@code fixed_large} (β_t)
 * @param timestepSpacing {@code leading}, {@code trailing} or {@code linspace}
 * @param rescaleBetasZeroSnr not supported: false
 */
@JsonNaming(SnakeCaseStrategy.class)
public record SchedulerConfig(
    int numTrainTimesteps,
    double betaStart,
    double betaEnd,
    String betaSchedule,
    @Nullable List<Double> trainedBetas,
    boolean clipSample,
    boolean setAlphaToOne,
    int stepsOffset,
    String predictionType,
    boolean thresholding,
    double dynamicThresholdingRatio,
    double clipSampleRange,
    double sampleMaxValue,
    String varianceType,
    String timestepSpacing,
    boolean rescaleBetasZeroSnr) {
  private static final String SOURCE = "scheduler config";
  private static final JsonNode DEFAULTS =
      Json.parse(
          """
          {"num_train_timesteps": 1000, "beta_start": 0.0001, "beta_end": 0.02,
           "beta_schedule": "linear", "trained_betas": null, "clip_sample": true,
           "set_alpha_to_one": true, "steps_offset": 0, "prediction_type": "epsilon",
           "thresholding": false, "dynamic_thresholding_ratio": 0.995, "clip_sample_range": 1.0,
           "sample_max_value": 1.0, "variance_type": "fixed_small", "timestep_spacing": "leading",
           "rescale_betas_zero_snr": false}
          """,
          SOURCE);

  public SchedulerConfig {
    trainedBetas = trainedBetas == null ? null : List.copyOf(trainedBetas);
    require(
        numTrainTimesteps >= 1 && numTrainTimesteps <= 100_000,
        "field 'num_train_timesteps' is %d; legal: 1 to 100000",
        numTrainTimesteps);
    require(
        betaStart > 0 && betaStart <= betaEnd && betaEnd < 1,
        "fields 'beta_start', 'beta_end' are %s, %s; legal: 0 < beta_start <= beta_end < 1",
        betaStart,
        betaEnd);
    requireOneOf("beta_schedule", betaSchedule, "linear", "scaled_linear", "squaredcos_cap_v2");
    require(
        trainedBetas == null
            || trainedBetas.size() == numTrainTimesteps
                && trainedBetas.stream().allMatch(beta -> beta > 0 && beta < 1),
        "field 'trained_betas' does not fit; legal: null, or num_train_timesteps (%d) numbers"
            + " between 0 and 1",
        numTrainTimesteps);
    require(
        stepsOffset >= 0 && stepsOffset < numTrainTimesteps,
        "field 'steps_offset' is %d; legal: 0 to %d",
        stepsOffset,
        numTrainTimesteps - 1);
    requireOneOf("prediction_type", predictionType, "epsilon", "sample", "v_prediction");
    requireOneOf("variance_type", varianceType, "fixed_small", "fixed_large");
    requireOneOf("timestep_spacing", timestepSpacing, "leading", "trailing", "linspace");
    require(
        clipSampleRange > 0,
        "field 'clip_sample_range' is %s; legal: more than 0",
        clipSampleRange);
    require(!thresholding, "field 'thresholding' is true; legal: false");
    require(!rescaleBetasZeroSnr, "field 'rescale_betas_zero_snr' is true; legal: false");
  }

  private static void requireOneOf(String field, @Nullable String value, String... legal) {
    require(
        value != null && List.of(legal).contains(value),
        "field '%s' is %s; legal: %s",
        field,
        value == null ? "null" : "'" + value + "'",
        String.join(", ", legal));
  }

  /**
   * Reads a {@code scheduler_config.json}.
   *
   * @throws InvalidInput naming the field that is unknown, out of range or not supported
   */
  public static SchedulerConfig of(JsonNode json) {
    require(json.isObject(), "%s: is not a JSON object", SOURCE);
    String name = json.path("_class_name").asText("DDIMScheduler");
    require(
        name.equals("DDIMScheduler") || name.equals("DDPMScheduler"),
        "%s: field '_class_name' is '%s'; legal: DDIMScheduler, DDPMScheduler",
        SOURCE,
        name);
    ObjectNode complete = DEFAULTS.deepCopy();
    json.properties().stream()
        .filter(field -> !field.getKey().startsWith("_"))
        .forEach(field -> complete.set(field.getKey(), field.getValue()));
    return Json.bind(complete, SchedulerConfig.class, SOURCE);
  }

  /** A value of the predicted image, kept within the range if the configuration says so. */
  float clipped(float image) {
    float range = (float) clipSampleRange;
    return clipSample ? Math.max(-range, Math.min(range, image)) : image;
  }

  /** The forward process. */
  public NoiseSchedule noiseSchedule() {
    if (trainedBetas != null) {
      return NoiseSchedule.of(trainedBetas.stream().mapToDouble(Double::doubleValue).toArray());
    }
    return switch (betaSchedule) {
      case "scaled_linear" -> NoiseSchedule.scaledLinear(numTrainTimesteps, betaStart, betaEnd);
      case "squaredcos_cap_v2" -> NoiseSchedule.squaredCosine(numTrainTimesteps);
      default -> NoiseSchedule.linear(numTrainTimesteps, betaStart, betaEnd);
    };
  }

  /**
   * The timesteps of {@code steps} sampling steps, from noise to image.
   *
   * @throws InvalidInput if there are not that many
   */
  public int[] timesteps(int steps) {
    Timesteps spacing = Timesteps.named(timestepSpacing);
    int[] timesteps = spacing.descending(numTrainTimesteps, steps);
    if (spacing == Timesteps.LEADING) {
      timesteps = Arrays.stream(timesteps).map(t -> t + stepsOffset).toArray();
    }
    require(
        timesteps[0] < numTrainTimesteps,
        "%s: field 'steps_offset' is %d; with %d steps the first timestep would be %d of %d",
        SOURCE,
        stepsOffset,
        steps,
        timesteps[0],
        numTrainTimesteps);
    return timesteps;
  }
}
