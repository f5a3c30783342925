package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.compression.finetune.FinetuneConfig;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import org.junit.jupiter.api.Test;

class TrainWorkflowTest {
  @Test
  void trainsTheNetworkItIsGiven() {
    try (InProcess temporal = new InProcess()) {
      WorkflowStub run =
          temporal.start(
              TrainWorkflow.class,
              "training",
              InProcess.json(
                  """
                  {"name": "small", "network": {"_class_name": "UNet2DModel", "in_channels": 1},
                   "finetune": {"steps": 20000}}
                  """));
      assertThat(run.getResult(TrainActivity.Result.class).steps()).isEqualTo(20000);
      assertThat(temporal.device.requests)
          .containsExactly(
              new TrainActivity.Request(
                  "training",
                  InProcess.json("{\"_class_name\": \"UNet2DModel\", \"in_channels\": 1}"),
                  "fashion-mnist",
                  TrainPlan.of(
                          InProcess.json("{\"network\": {}, \"finetune\": {\"steps\": 20000}}"))
                      .finetune()));
      assertThat(TrainPlan.of(InProcess.json("{\"network\": {}}")).finetune())
          .isEqualTo(FinetuneConfig.defaults());
    }
  }

  @Test
  void withoutANetworkItSaysWhatIsMissing() {
    try (InProcess temporal = new InProcess()) {
      WorkflowStub run = temporal.start(TrainWorkflow.class, "empty");
      WorkflowFailedException failed =
          catchThrowableOfType(
              WorkflowFailedException.class, () -> run.getResult(TrainActivity.Result.class));
      assertThat(((ApplicationFailure) failed.getCause()).getOriginalMessage())
          .isEqualTo(
              "training: network is missing; legal is the object in a network's config.json");
    }
  }
}
