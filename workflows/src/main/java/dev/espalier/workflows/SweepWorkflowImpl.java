package dev.espalier.workflows;

import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.workflows.SweepState.Ended;
import dev.espalier.workflows.search.Ladder.Climb;
import dev.espalier.workflows.search.Rungs;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Learns what arms there are, then keeps a window of them at work until none is left. When its
 * history has grown long it lets the window run empty and continues as new.
 */
public final class SweepWorkflowImpl implements SweepWorkflow {
  /**
   * Events after which it continues as new; the server asks for that at 4,096. The system property
   * of this name is for trials that cannot fill so many.
   */
  static final String LONG_HISTORY = "espalier.sweep.events";

  private static final String PLAN = "plan";
  private static final String ARMS = "arms";
  private static final String REPORT = "report";

  /** About so many times is told how many arms have ended: each costs an event. */
  private static final int TOLD = 20;

  private final Leaderboard board;
  private final Gate gate = new Gate();
  private final SearchFields fields;
  private final ArmsAtWork atWork;

  private @Nullable Course course;
  private int running;
  private int parallel;

  /** So many arms have ended when this is told next. */
  private int tellAt;

  /** The smallest loss so far. */
  private double lowest = Double.POSITIVE_INFINITY;

  /** A sweep that has not begun, without search attributes and links. */
  public SweepWorkflowImpl() {
    this(RunView.PLAIN);
  }

  /** A sweep that has not begun. */
  public SweepWorkflowImpl(RunView view) {
    board = new Leaderboard(view);
    fields = new SearchFields(view);
    atWork = new ArmsAtWork(gate, board);
  }

  @Override
  public SweepResult run(@Nullable JsonNode request) {
    ObjectNode own = PlanRequest.object(request, "sweep").deepCopy();
    Optional<SweepResult> result =
        gate.until(() -> fields.tellingFailure(() -> surfacing(() -> sweep(own))));
    if (result.isEmpty()) {
      fields.set(SearchFields.RUN_STATE, "continued").tell();
      Workflow.continueAsNew(state().in(own));
    }
    return result.orElseThrow();
  }

  /**
   * @param request what was asked for; what was carried over is taken out of it
   * @return nothing if it is to continue as new
   */
  private Optional<SweepResult> sweep(ObjectNode request) {
    int version = Workflow.getVersion("search", Workflow.DEFAULT_VERSION, 1);
    Optional<SweepState> before = SweepState.takeFrom(request);
    fields
        .set(SearchFields.METHOD, "sweep")
        .set(SearchFields.SWEEP, Workflow.getInfo().getWorkflowId());
    if (before.isEmpty()) begin(PLAN);
    SweepPlan plan = SweepPlan.of(request);
    parallel = before.map(SweepState::parallel).orElse(plan.parallel());
    board.of(plan.name(), plan.ranking());
    board.parallel(parallel);
    Course arms = new Course(plan);
    ArmIds ids = new ArmIds(arms, board);
    if (version == Workflow.DEFAULT_VERSION) {
      ids.resolveOneByOne();
    } else {
      ids.resolve(request, before);
    }
    arms.begin();
    course = arms;
    before.ifPresent(state -> restore(arms, state));
    begin(ARMS);
    if (!keepAtWork(arms, ids, version > Workflow.DEFAULT_VERSION)) return Optional.empty();
    SweepResult result = report(plan);
    fields.set(SearchFields.RUN_STATE, "done").tell();
    return Optional.of(result);
  }

  /** Tells which step is at work. */
  private void begin(String step) {
    fields
        .set(SearchFields.STAGE, step)
        .set(SearchFields.RUN_STATE, gate.paused() ? "paused" : "running")
        .tell();
  }

  /** Begins arms as long as there are any; false if it is to continue as new. */
  private boolean keepAtWork(Course arms, ArmIds ids, boolean renews) {
    List<Promise<Void>> all = new ArrayList<>();
    while (!arms.exhausted()) {
      Workflow.await(() -> arms.ready() ? running < parallel && !gate.paused() : running == 0);
      if (!arms.ready()) break;
      if (renews && isLong()) {
        Promise.allOf(all).get();
        return false;
      }
      if (arms.wantsPoint()) {
        ids.resolve(arms.suggest());
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

  private void run(Course arms, Climb climb) {
    Course.Arm arm = arms.arm(climb.arm());
    String id = arms.id(arm, climb.rung());
    try {
      board.running(arm.number(), id);
      CompressionResult result = atWork.run(arms.sweep(), arm, climb.rung(), id);
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
    note(arms, end);
    if (arms.endedCount() < tellAt) return;
    tellAt = arms.endedCount() + Math.max(1, arms.size() / TOLD);
    fields.tell();
  }

  /** Notes for the next time that fields are told how many arms have ended, and the lowest loss. */
  private void note(Course arms, Ended end) {
    lowest = Math.min(lowest, arms.loss(end));
    fields.set(SearchFields.STEP, (long) arms.endedCount());
    if (arms.sweep().ranking() == Objective.FRECHET_DISTANCE) fields.set(SearchFields.FID, lowest);
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
    before.ended().forEach(end -> note(arms, end));
    if (before.paused()) pauseSignal();
  }

  private SweepResult report(SweepPlan plan) {
    Map<String, String> best = board.best(SweepArm.MOST_WITH_RESULTS);
    if (best.isEmpty()) {
      throw ApplicationFailure.newNonRetryableFailure(
          "no arm of sweep '" + plan.name() + "' succeeded; first: " + board.firstFailure(),
          "SweepFailed");
    }
    begin(REPORT);
    ReportActivity activity =
        Workflow.newActivityStub(ReportActivity.class, StageOptions.report(REPORT));
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
    fields.set(SearchFields.RUN_STATE, "paused").tell();
    int told = atWork.tell(CompressionWorkflow::pauseSignal);
    return told + " arms are told to pause; no other is started until the sweep is resumed";
  }

  @Override
  public void checkPause() {
    InvalidInputFailure.validating(gate::checkPause);
  }

  @Override
  public void pauseSignal() {
    if (!gate.paused()) pause();
  }

  @Override
  public String resume() {
    gate.resume();
    board.paused(false);
    fields.set(SearchFields.RUN_STATE, "running").tell();
    int told = atWork.tell(CompressionWorkflow::resumeSignal);
    return told + " arms are told to resume; the others follow";
  }

  @Override
  public void checkResume() {
    InvalidInputFailure.validating(gate::checkResume);
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
    InvalidInputFailure.validating(
        () -> {
          Gate.refuse(gate.over(), "the run is over");
          Gate.refuse(
              most < 1 || most > SweepPlan.MOST_PARALLEL,
              "parallel is " + most + "; legal are 1 to " + SweepPlan.MOST_PARALLEL);
        });
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
