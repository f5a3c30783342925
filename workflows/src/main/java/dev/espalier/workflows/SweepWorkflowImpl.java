package dev.espalier.workflows;

import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.SweepState.Ended;
import dev.espalier.workflows.search.Ladder.Climb;
import dev.espalier.workflows.search.Rungs;
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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Learns what arms there are, then keeps a window of them at work until none is left. When its
 * history has grown long it lets the window run empty and continues as new.
 */
public final class SweepWorkflowImpl implements SweepWorkflow {
  /** Between two looks at an arm that another sweep has at work. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

  private static final Duration LAST_LOOK = Duration.ofMinutes(10);

  /**
   * Events after which it continues as new; the server asks for that at 4,096. The system property
   * of this name is for trials that cannot fill so many.
   */
  static final String LONG_HISTORY = "espalier.sweep.events";

  private final Leaderboard board = new Leaderboard();
  private final Gate gate = new Gate();

  /** The arms at work, by their ids. */
  private final Map<String, CompressionWorkflow> atWork = new LinkedHashMap<>();

  private @Nullable Course course;
  private int running;
  private int parallel;

  @Override
  public SweepResult run(@Nullable JsonNode request) {
    ObjectNode own = PlanRequest.object(request, "sweep").deepCopy();
    Optional<SweepResult> result = gate.until(() -> surfacing(() -> sweep(own)));
    if (result.isEmpty()) Workflow.continueAsNew(state().in(own));
    return result.orElseThrow();
  }

  /**
   * @param request what was asked for; what was carried over is taken out of it
   * @return nothing if it is to continue as new
   */
  private Optional<SweepResult> sweep(ObjectNode request) {
    int version = Workflow.getVersion("search", Workflow.DEFAULT_VERSION, 1);
    Optional<SweepState> before = SweepState.takeFrom(request);
    SweepPlan plan = SweepPlan.of(request);
    parallel = before.map(SweepState::parallel).orElse(plan.parallel());
    board.title("sweep " + plan.name(), plan.ranking());
    board.parallel(parallel);
    Course arms = new Course(plan);
    if (version == Workflow.DEFAULT_VERSION) {
      resolveOneByOne(arms);
    } else {
      resolve(request, arms, before);
    }
    arms.begin();
    course = arms;
    before.ifPresent(state -> restore(arms, state));
    if (!keepAtWork(arms, version > Workflow.DEFAULT_VERSION)) return Optional.empty();
    return Optional.of(report(plan));
  }

  /** Begins arms as long as there are any; false if it is to continue as new. */
  private boolean keepAtWork(Course arms, boolean renews) {
    List<Promise<Void>> all = new ArrayList<>();
    while (!arms.exhausted()) {
      Workflow.await(() -> arms.ready() ? running < parallel && !gate.paused() : running == 0);
      if (!arms.ready()) break;
      if (renews && isLong()) {
        Promise.allOf(all).get();
        return false;
      }
      if (arms.wantsPoint()) {
        SweepPlan.Point point = arms.suggest();
        add(arms, point, List.of(resolved(arms.sweep(), point)));
        continue;
      }
      Climb climb = arms.take();
      running++;
      all.add(Async.procedure(() -> run(arms, climb)));
    }
    Promise.allOf(all).get();
    return true;
  }

  private static boolean isLong() {
    return Workflow.getInfo().isContinueAsNewSuggested()
        || Workflow.getInfo().getHistoryLength() >= Integer.getInteger(LONG_HISTORY, 4_000);
  }

  /** Finds every arm's ids; points that come to the same work are one arm. */
  private void resolve(ObjectNode request, Course arms, Optional<SweepState> before) {
    List<List<String>> ids = new ArrayList<>();
    List<SweepPlan.Point> points = new ArrayList<>(arms.sweep().points());
    if (before.isPresent()) {
      SweepSpace space = arms.sweep().space();
      ids.addAll(before.get().ids());
      before.get().found().forEach(values -> points.add(space.point(values)));
    } else {
      PlanActivity activity = Workflow.newActivityStub(PlanActivity.class, StageOptions.plan());
      while (ids.size() < points.size()) {
        ids.addAll(activity.arms(new PlanActivity.Arms(request, ids.size())).ids());
      }
    }
    for (int i = 0; i < points.size(); i++) add(arms, points.get(i), ids.get(i));
  }

  private void add(Course arms, SweepPlan.Point point, List<String> ids) {
    arms.add(point, ids).ifPresent(arm -> board.expect(arms.id(arm, 0), arm.label(), arm.group()));
  }

  /** The hash of a point that the search has found. */
  private static String resolved(SweepPlan plan, SweepPlan.Point point) {
    PlanActivity activity = Workflow.newActivityStub(PlanActivity.class, StageOptions.plan());
    Promise<CompressionPlan> resolved = Async.function(activity::resolve, point.request());
    CompressionPlan complete = plan.checked(resolved(point.label(), resolved));
    return Workflow.sideEffect(String.class, complete::fingerprint);
  }

  /**
   * As sweeps did before they could search: an activity for every arm, which gets its whole plan.
   */
  private void resolveOneByOne(Course arms) {
    PlanActivity activity = Workflow.newActivityStub(PlanActivity.class, StageOptions.plan());
    List<SweepPlan.Point> points = arms.sweep().points();
    List<Promise<CompressionPlan>> plans = new ArrayList<>();
    for (var point : points) plans.add(Async.function(activity::resolve, point.request()));
    for (int i = 0; i < plans.size(); i++) {
      SweepPlan.Point point = points.get(i);
      CompressionPlan complete = resolved(point.label(), plans.get(i));
      String id = Workflow.sideEffect(String.class, complete::fingerprint);
      ObjectNode whole = Json.MAPPER.valueToTree(complete);
      add(
          arms,
          new SweepPlan.Point(point.label(), whole, point.values(), point.group()),
          List.of(id));
    }
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

  private void run(Course arms, Climb climb) {
    Course.Arm arm = arms.arm(climb.arm());
    String id = arms.id(arm, climb.rung());
    try {
      board.running(arm.number(), id);
      CompressionResult result = child(arms, arm, climb.rung(), id);
      board.count(result.stages() - result.reusedStages(), result.reusedStages());
      SweepArm.Score score = SweepArm.Score.of(result, arms.sweep().ranking());
      ended(arms, new Ended(climb.arm(), climb.rung(), score, null), result);
    } catch (ChildWorkflowFailure e) {
      if (CancellationScope.current().isCancelRequested()) throw e;
      ended(arms, new Ended(climb.arm(), climb.rung(), null, StageFailure.reason(e)), null);
    } finally {
      running--;
    }
  }

  private void ended(Course arms, Ended end, @Nullable CompressionResult result) {
    show(arms, end, result);
    arms.ended(end);
  }

  /** Notes on the board how an arm has ended. */
  private void show(Course arms, Ended end, @Nullable CompressionResult result) {
    String id = arms.id(arms.arm(end.arm()), end.rung());
    if (end.score() == null) {
      board.failed(end.arm(), id, end.note());
      return;
    }
    Rungs rungs = arms.sweep().rungs();
    String note =
        rungs == null || end.rung() == rungs.last()
            ? null
            : "after " + rungs.steps().get(end.rung()) + " steps";
    board.done(end.arm(), id, end.score(), result, end.rung(), arms.loss(end), note);
  }

  private SweepState state() {
    Course arms = Objects.requireNonNull(course);
    SweepProgress progress = board.progress();
    return new SweepState(
        arms.ids(),
        arms.found(),
        arms.ended(),
        parallel,
        gate.paused(),
        progress.stagesRun(),
        progress.stagesSaved());
  }

  /** Takes up what was handed on. */
  private void restore(Course arms, SweepState before) {
    before.ended().forEach(end -> show(arms, end, null));
    arms.restore(before.ended());
    board.count(before.stagesRun(), before.stagesSaved());
    if (before.paused()) pauseSignal();
  }

  /**
   * Runs the arm, after any other run of the same id has ended: it then finds its results there.
   */
  private CompressionResult child(Course arms, Course.Arm arm, int rung, String id) {
    SweepPlan plan = arms.sweep();
    JsonNode request = plan.atRung(arm.request(), rung);
    for (Duration look = FIRST_LOOK; ; look = longer(look)) {
      gate.pass();
      CompressionWorkflow child =
          Workflow.newChildWorkflowStub(
              CompressionWorkflow.class, StageOptions.arm(id, plan.name(), arm.label()));
      atWork.put(id, child);
      try {
        return child.run(request);
      } catch (ChildWorkflowFailure e) {
        if (!(e.getCause() instanceof WorkflowExecutionAlreadyStarted)) throw e;
        atWork.remove(id);
        board.waiting(arm.number(), id, "the same run is under way elsewhere");
        Workflow.sleep(look);
        board.running(arm.number(), id);
      } finally {
        atWork.remove(id);
      }
    }
  }

  private static Duration longer(Duration look) {
    Duration twice = look.multipliedBy(2);
    return twice.compareTo(LAST_LOOK) < 0 ? twice : LAST_LOOK;
  }

  private SweepResult report(SweepPlan plan) {
    Map<String, String> best = board.best(SweepArm.MOST_WITH_RESULTS);
    if (best.isEmpty()) {
      throw ApplicationFailure.newNonRetryableFailure(
          "no arm of sweep '" + plan.name() + "' succeeded; first: " + board.firstFailure(),
          "SweepFailed");
    }
    ReportActivity activity =
        Workflow.newActivityStub(ReportActivity.class, StageOptions.report("report"));
    String location =
        activity
            .report(
                ReportActivity.Request.ofRuns(
                    Workflow.getInfo().getWorkflowId(), best, plan.published()))
            .location();
    board.report(location);
    return new SweepResult(
        plan.name(), board.arms(SweepResult.MOST_ARMS), location, board.progress(), board.groups());
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

  @Override
  public String parallel(int most) {
    int before = parallel;
    parallel = most;
    board.parallel(most);
    return "arms at work at once: " + before + " → " + most;
  }

  @Override
  public void checkParallel(int most) {
    Gate.refuse(gate.over(), "the run is over");
    Gate.refuse(
        most < 1 || most > SweepPlan.MOST_PARALLEL,
        "parallel is " + most + "; legal are 1 to " + SweepPlan.MOST_PARALLEL);
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
    return board.arms(SweepResult.MOST_ARMS);
  }

  @Override
  public SweepProgress progress() {
    return board.progress();
  }
}
