package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.finetune.FinetuneConfig;
import org.jspecify.annotations.Nullable;

/**
 * One training from random weights.
 *
 * @param name what people call the network; shown, not used
 * @param network the network's {@code config.json}
 * @param data training images, as a {@link CompressionPlan} names them
 * @param finetune how it is trained; absent means that record's defaults
 */
public record TrainPlan(String name, JsonNode network, String data, FinetuneConfig finetune) {
  @SuppressWarnings("ConstantValue")
  public TrainPlan {
    name = name == null ? "network" : name;
    InvalidInput.require(
        network != null && network.isObject(),
        "network is %s; legal is the object in a network's config.json",
        network == null ? "missing" : network);
    data = data == null ? "fashion-mnist" : data;
    finetune = finetune == null ? FinetuneConfig.defaults() : finetune;
    InvalidInput.require(finetune.steps() >= 1, "finetune.steps is 0; a training takes 1 or more");
    InvalidInput.require(
        finetune.distillation() == 0,
        "finetune.distillation is %s; a training from random weights has no teacher",
        finetune.distillation());
  }

  /**
   * The same training, longer.
   *
   * @throws InvalidInput if it would be too long
   */
  public TrainPlan extended(Extension more) {
    return new TrainPlan(name, network, data, more.of(finetune));
  }

  /**
   * Reads what a person wrote. A {@code description} is for those who read the file.
   *
   * @throws InvalidInput in one line, naming the field and what is legal
   */
  public static TrainPlan of(@Nullable JsonNode request) {
    ObjectNode training = PlanRequest.object(request, "training").deepCopy();
    PlanRequest.describe(training);
    return Json.bind(training, TrainPlan.class, "training");
  }
}
