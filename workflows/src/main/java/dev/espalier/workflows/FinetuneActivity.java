package dev.espalier.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.espalier.compression.finetune.FinetuneConfig;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code finetune}: trains a pruned network on, from its newest checkpoint if there is one.
 */
@ActivityInterface
public interface FinetuneActivity {
  @ActivityMethod(name = "Finetune")
  Result finetune(Request request);

  /**
   * @param run id of the workflow that asks
   * @param network the network to start from
   * @param data training images, by name
   * @param teacher the network whose predictions are learnt from; absent where none are
   */
  record Request(
      String run,
      Artifact network,
      String data,
      FinetuneConfig config,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Artifact teacher) {
    /** Without a teacher. */
    public Request(String run, Artifact network, String data, FinetuneConfig config) {
      this(run, network, data, config, null);
    }

    /** The same, trained otherwise. */
    Request with(FinetuneConfig other) {
      return new Request(run, network, data, other, teacher);
    }
  }

  /**
   * @param network the finetuned network
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
