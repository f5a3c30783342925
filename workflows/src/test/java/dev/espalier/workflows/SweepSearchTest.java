package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.data.Offset.offset;

import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sweeps that do more than run a grid to its end. */
class SweepSearchTest {
  private final InProcess temporal = new InProcess();

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void theBestThirdGoesOnAndEveryArmSaysHowFarItCame() {
    String race =
        """
        {"name": "race", "parallel": 3, "rungs": {"rule": "asha", "steps": [10, 30], "eta": 3},
         "axes": {"prune.ratio": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]}}
        """;
    SweepResult result = result(temporal.sweep("race", race));
    List<Integer> steps =
        temporal.device.requests.stream()
            .filter(FinetuneActivity.Request.class::isInstance)
            .map(request -> ((FinetuneActivity.Request) request).config().steps())
            .toList();
    assertThat(steps).filteredOn(so -> so == 10).hasSize(9);
    // Every arm is better than all before it, so every one of the last six goes on.
    assertThat(steps).filteredOn(so -> so == 30).hasSize(7);
    assertThat(result.arms().get(0).label()).isEqualTo("prune.ratio=0.1");
    assertThat(result.arms().get(0).note()).isNull();
    assertThat(result.arms().subList(7, 9))
        .extracting(SweepArm::label, SweepArm::note)
        .containsExactly(
            tuple("prune.ratio=0.8", "after 10 steps"), tuple("prune.ratio=0.9", "after 10 steps"));
    assertThat(result.progress().arms()).isEqualTo(9);
  }

  @Test
  void aScheduleThatKnowsItsEndCannotBeRaced() {
    String race =
        """
        {"rungs": {"steps": [10, 30]}, "axes": {"prune.ratio": [0.5]},
         "plan": {"finetune": {"schedule": "cosine"}}}
        """;
    assertThat(failure(temporal.sweep("cosine", race)))
        .startsWith("arm prune.ratio=0.5: finetune.schedule is 'cosine' and there are rungs");
  }

  @Test
  void aSearchLearnsFromTheArmsBeforeAndFindsTheSameAgain() {
    String search =
        """
        {"name": "search", "parallel": %d,
         "search": {"sampler": "tpe", "trials": 24, "startup": 6},
         "axes": {"prune.ratio": {"low": 0.05, "high": 0.95}}}
        """;
    SweepResult first = result(temporal.sweep("first", search.formatted(1)));
    assertThat(first.arms()).hasSize(24).allMatch(arm -> arm.state() == RunStatus.State.DONE);
    List<Double> ratios =
        first.arms().stream().map(arm -> arm.result().plan().prune().ratio()).toList();
    assertThat(ratios.get(0)).as("the less is pruned the better").isLessThan(0.12);
    assertThat(ratios).filteredOn(ratio -> ratio < 0.3).hasSizeGreaterThan(10);
    assertThat(labels(result(temporal.sweep("again", search.formatted(1)))))
        .isEqualTo(labels(first));
    assertThat(labels(result(temporal.sweep("three", search.formatted(3)))))
        .isEqualTo(labels(result(temporal.sweep("three again", search.formatted(3)))));
  }

  @Test
  void anObjectiveThatNobodyMeasuresStopsTheSweepBeforeAnyArmStarts() {
    String sweep = "{\"objective\": \"recall\", \"axes\": {\"prune.ratio\": [0.5]}}";
    assertThat(failure(temporal.sweep("recall", sweep)))
        .isEqualTo(
            "arm prune.ratio=0.5: the objective is recall, which evaluate.metrics leaves out;"
                + " legal is a list with prdc in it");
    assertThat(temporal.device.calls).isEmpty();
  }

  @Test
  void theWindowIsChangedWhileItRuns() {
    temporal.device.gate = new CountDownLatch(1);
    String sweep = "{\"parallel\": 1, \"axes\": {\"prune.ratio\": [0.1, 0.2, 0.3, 0.4, 0.5]}}";
    WorkflowStub run = temporal.sweep("window", sweep);
    InProcess.await(() -> temporal.device.underWay.size() == 1);
    assertThat(run.update("parallel", String.class, 3)).isEqualTo("arms at work at once: 1 → 3");
    InProcess.await(() -> temporal.device.underWay.size() == 3);
    assertThat(run.query("progress", SweepProgress.class))
        .isEqualTo(new SweepProgress(5, 0, 0, 3, 0, 0, 3));
    assertThatThrownBy(() -> run.update("parallel", String.class, 0))
        .rootCause()
        .hasMessageContaining("parallel is 0; legal are 1 to 256");
    temporal.device.gate.countDown();
    result(run);
    assertThat(temporal.device.mostUnderWay).hasValue(3);
  }

  @Test
  void replicatesHaveAMeanWithItsInterval() {
    String sweep =
        """
        {"replicates": 3, "axes": {"prune.ratio": [0.7, 0.5]}, "objective": "validation-loss"}
        """;
    SweepResult result = result(temporal.sweep("replicates", sweep));
    assertThat(result.arms()).hasSize(6);
    assertThat(result.groups())
        .extracting(Replicates::label, Replicates::count)
        .containsExactlyInAnyOrder(tuple("prune.ratio=0.7", 3), tuple("prune.ratio=0.5", 3));
    // By hand: mean 2, standard deviation 1, 4.3027 / sqrt(3) = 2.4842.
    Replicates group = Replicates.of("x", List.of(1.0, 2.0, 3.0));
    assertThat(group.mean()).isEqualTo(2);
    assertThat(group.low()).isCloseTo(2 - 2.4842, offset(1e-4));
    assertThat(group.high()).isCloseTo(2 + 2.4842, offset(1e-4));
  }

  @Test
  void replicatesHaveTheirSeedInEveryStageWhateverThePlanSays() {
    String sweep =
        """
        {"replicates": 2, "axes": {"prune.ratio": [0.7]},
         "plan": {"seed": 4, "prune": {"seed": 1}, "finetune": {"seed": 1}}}
        """;
    SweepResult result = result(temporal.sweep("seeds", sweep));
    assertThat(result.arms())
        .extracting(arm -> arm.result().plan())
        .extracting(
            plan -> plan.prune().seed(),
            plan -> plan.finetune().seed(),
            plan -> plan.evaluate().seed())
        .containsExactlyInAnyOrder(tuple(4L, 4L, 4L), tuple(5L, 5L, 5L));
  }

  private static List<String> labels(SweepResult result) {
    return result.arms().stream().map(SweepArm::label).toList();
  }

  private static SweepResult result(WorkflowStub sweep) {
    return sweep.getResult(SweepResult.class);
  }

  private static String failure(WorkflowStub sweep) {
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> result(sweep));
    return ((ApplicationFailure) failed.getCause()).getOriginalMessage();
  }
}
