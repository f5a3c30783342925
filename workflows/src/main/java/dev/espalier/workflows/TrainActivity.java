package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.finetune.FinetuneConfig;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Stage {@code train}: finetune's loop from random weights. */
@ActivityInterface
public interface TrainActivity {
  @ActivityMethod(name = "Train")
  Result train(Request request);

  /**
   * @param run id of the workflow that asks
   * @param networkConfig the network's {@code config.json}
   * @param data training images, by name
   */
  record Request(String run, JsonNode networkConfig, String data, FinetuneConfig config) {}

  /**
   * @param network the trained network
   * @param steps optimizer steps in all
   * @param resumedFrom step of the checkpoint the finishing attempt went on from; 0 without one
   * @param loss of the last step
   * @param validationLoss the last one measured
   * @param reused whether it lay on the shelf already
   * @param seconds spent by the attempt that finished it
   */
  record Result(
      Artifact network,
      int steps,
      int resumedFrom,
      double loss,
      double validationLoss,
      boolean reused,
      double seconds) {}
}
