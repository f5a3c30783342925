package dev.espalier.workflows;

import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalExternalWorkflowException;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Resolves all arms first, then keeps a window of them at work until none is left. */
public final class SweepWorkflowImpl implements SweepWorkflow {
  /** Between two looks at an arm that another sweep has at work. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

  private static final Duration LAST_LOOK = Duration.ofMinutes(10);

  private final Leaderboard board = new Leaderboard();
  private final Gate gate = new Gate();

  /** The arms at work, by their ids. */
  private final Map<String, CompressionWorkflow> atWork = new LinkedHashMap<>();

  private int running;

  @Override
  public SweepResult run(@Nullable JsonNode request) {
    return gate.until(() -> surfacing(() -> sweep(SweepPlan.of(request))));
  }

  private SweepResult sweep(SweepPlan sweep) {
    board.title("sweep " + sweep.name());
    Map<String, CompressionPlan> arms = resolve(sweep);
    List<Promise<Void>> all = new ArrayList<>();
    arms.forEach(
        (id, plan) -> {
          Workflow.await(() -> running < sweep.parallel() && !gate.paused());
          running++;
          all.add(Async.procedure(() -> run(sweep, id, plan)));
        });
    Promise.allOf(all).get();
    return report(sweep);
  }

  /** Every arm's complete plan by its id; points of the grid that come to the same work are one. */
  private Map<String, CompressionPlan> resolve(SweepPlan sweep) {
    PlanActivity activity = Workflow.newActivityStub(PlanActivity.class, StageOptions.plan());
    List<SweepPlan.Point> points = sweep.points();
    List<Promise<CompressionPlan>> plans = new ArrayList<>();
    for (var point : points) plans.add(Async.function(activity::resolve, point.request()));
    Map<String, CompressionPlan> arms = new LinkedHashMap<>();
    for (int i = 0; i < plans.size(); i++) {
      String label = points.get(i).label();
      CompressionPlan plan = resolved(label, plans.get(i));
      // Kept in the history: a later version that adds a setting would hash to something else.
      String id = sweep.name() + "-" + Workflow.sideEffect(String.class, () -> plan.fingerprint());
      if (arms.putIfAbsent(id, plan) == null) board.expect(id, label);
    }
    return arms;
  }

  private static CompressionPlan resolved(String label, Promise<CompressionPlan> plan) {
    try {
      return plan.get();
    } catch (ActivityFailure e) {
      throw InvalidInputFailure.line(e)
          .<RuntimeException>map(line -> new InvalidInput("arm " + label + ": " + line, e))
          .orElse(e);
    }
  }

  private void run(SweepPlan sweep, String id, CompressionPlan plan) {
    try {
      board.running(id);
      board.done(id, child(sweep, id, plan));
    } catch (ChildWorkflowFailure e) {
      if (CancellationScope.current().isCancelRequested()) throw e;
      board.failed(id, reason(e));
    } finally {
      running--;
    }
  }

  /**
   * Runs the arm, after any other run of the same id has ended: it then finds its results there.
   */
  private CompressionResult child(SweepPlan sweep, String id, CompressionPlan plan) {
    JsonNode request = Json.MAPPER.valueToTree(plan);
    for (Duration look = FIRST_LOOK; ; look = longer(look)) {
      gate.pass();
      CompressionWorkflow arm =
          Workflow.newChildWorkflowStub(
              CompressionWorkflow.class, StageOptions.arm(id, sweep.name(), board.label(id)));
      atWork.put(id, arm);
      try {
        return arm.run(request);
      } catch (ChildWorkflowFailure e) {
        if (!(e.getCause() instanceof WorkflowExecutionAlreadyStarted)) throw e;
        atWork.remove(id);
        board.waiting(id, "the same run is under way elsewhere");
        Workflow.sleep(look);
        board.running(id);
      } finally {
        atWork.remove(id);
      }
    }
  }

  private static Duration longer(Duration look) {
    Duration twice = look.multipliedBy(2);
    return twice.compareTo(LAST_LOOK) < 0 ? twice : LAST_LOOK;
  }

  private static String reason(ChildWorkflowFailure failure) {
    Throwable root = failure;
    while (root.getCause() != null) root = root.getCause();
    return root instanceof ApplicationFailure application
        ? application.getOriginalMessage()
        : String.valueOf(root.getMessage());
  }

  private SweepResult report(SweepPlan sweep) {
    List<CompressionResult> results = board.results();
    if (results.isEmpty()) {
      throw ApplicationFailure.newNonRetryableFailure(
          "no arm of sweep '" + sweep.name() + "' succeeded; first: " + board.arms().get(0).note(),
          "SweepFailed");
    }
    ReportActivity activity =
        Workflow.newActivityStub(ReportActivity.class, StageOptions.report("report"));
    String location =
        activity
            .report(
                new ReportActivity.Request(
                    Workflow.getInfo().getWorkflowId(), results, board.labels(), sweep.published()))
            .location();
    board.report(location);
    return new SweepResult(sweep.name(), board.arms(), location);
  }

  @Override
  public String pause() {
    gate.pause();
    board.paused(true);
    int told = tell(CompressionWorkflow::pauseSignal);
    return told + " arms are told to pause; no other is started until the sweep is resumed";
  }

  @Override
  public void checkPause() {
    gate.checkPause();
  }

  @Override
  public void pauseSignal() {
    if (!gate.paused()) pause();
  }

  @Override
  public String resume() {
    gate.resume();
    board.paused(false);
    int told = tell(CompressionWorkflow::resumeSignal);
    return told + " arms are told to resume; the others follow";
  }

  @Override
  public void checkResume() {
    gate.checkResume();
  }

  @Override
  public void resumeSignal() {
    if (gate.paused()) resume();
  }

  @Override
  public boolean paused() {
    return gate.paused();
  }

  /** Signals the arms at work; tells how many took it. One that has just ended need not know. */
  private int tell(Consumer<CompressionWorkflow> signal) {
    List<Promise<Boolean>> told = new ArrayList<>();
    for (CompressionWorkflow arm : List.copyOf(atWork.values())) {
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

  @Override
  public List<SweepArm> leaderboard() {
    return board.arms();
  }
}
