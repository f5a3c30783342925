package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalExternalWorkflowException;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The arms of a sweep that are under way, each a child run under its id. */
final class ArmsAtWork {
  /** Between two looks at an arm that another sweep has at work. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

  private static final Duration LAST_LOOK = Duration.ofMinutes(10);

  private final Gate gate;
  private final Leaderboard board;
  private final Map<String, CompressionWorkflow> runs = new LinkedHashMap<>();

  /**
   * @param gate is passed before one is started
   * @param board tells which of them wait
   */
  ArmsAtWork(Gate gate, Leaderboard board) {
    this.gate = gate;
    this.board = board;
  }

  /**
   * Runs the arm, after any other run of the same id has ended: it then finds its results there.
   *
   * @throws ChildWorkflowFailure if it fails
   */
  CompressionResult run(SweepPlan plan, Course.Arm arm, int rung, String id) {
    JsonNode request = plan.atRung(arm.request(), rung);
    for (Duration look = FIRST_LOOK; ; look = longer(look)) {
      gate.pass();
      CompressionWorkflow child =
          Workflow.newChildWorkflowStub(
              CompressionWorkflow.class, StageOptions.arm(id, plan.name(), arm.label()));
      runs.put(id, child);
      try {
        return child.run(request);
      } catch (ChildWorkflowFailure e) {
        if (!(e.getCause() instanceof WorkflowExecutionAlreadyStarted)) throw e;
        runs.remove(id);
        board.waiting(arm.number(), id, "the same run is under way elsewhere");
        Workflow.sleep(look);
        board.running(arm.number(), id);
      } finally {
        runs.remove(id);
      }
    }
  }

  private static Duration longer(Duration look) {
    Duration twice = look.multipliedBy(2);
    return twice.compareTo(LAST_LOOK) < 0 ? twice : LAST_LOOK;
  }

  /** Signals each; returns how many took it. One that has just ended need not know. */
  int tell(Consumer<CompressionWorkflow> signal) {
    List<Promise<Boolean>> told = new ArrayList<>();
    for (CompressionWorkflow arm : List.copyOf(runs.values())) {
      told.add(Async.function(() -> took(arm, signal)));
    }
    return (int) told.stream().filter(Promise::get).count();
  }

  private static boolean took(CompressionWorkflow arm, Consumer<CompressionWorkflow> signal) {
    try {
      signal.accept(arm);
      return true;
    } catch (SignalExternalWorkflowException | ChildWorkflowFailure | ApplicationFailure e) {
      return false; // The SDK tells of an arm that the server no longer knows in the last way.
    }
  }
}
