package dev.espalier.workflows;

import static dev.espalier.workflows.CompressionOrder.DENSE;
import static dev.espalier.workflows.CompressionOrder.EVALUATE;
import static dev.espalier.workflows.CompressionOrder.FINETUNE;
import static dev.espalier.workflows.CompressionOrder.PRUNE;
import static dev.espalier.workflows.CompressionOrder.PRUNED;
import static dev.espalier.workflows.CompressionOrder.SVS;
import static dev.espalier.workflows.Gate.refuse;
import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Carries out the stages of {@link CompressionOrder} as activities. */
public final class CompressionWorkflowImpl implements CompressionWorkflow {
  private static final String PLAN = "plan";
  private static final String REPORT = "report";

  private static final Logger log = Workflow.getLogger(CompressionWorkflowImpl.class);

  private final String run = Workflow.getInfo().getWorkflowId();
  private final Gate gate = new Gate();
  private final RunSteps steps = new RunSteps(gate);
  private @Nullable CompressionPlan plan;

  @Override
  public CompressionResult run(@Nullable JsonNode request) {
    return gate.until(() -> surfacing(() -> compress(resolve(request))));
  }

  private CompressionPlan resolve(@Nullable JsonNode request) {
    steps.expect(PLAN, "");
    PlanActivity activity = Workflow.newActivityStub(PlanActivity.class, StageOptions.plan());
    CompressionPlan resolved =
        steps.run(PLAN, () -> activity.resolve(PlanRequest.object(request, "plan")), Summaries::of);
    steps.title(Summaries.of(resolved));
    steps.expect(DENSE, Summaries.of(resolved.evaluate()));
    expectTurns(resolved);
    steps.expect(PRUNE, Summaries.of(resolved.prune()));
    steps.expect(PRUNED, Summaries.of(resolved.evaluate()));
    if (resolved.svs().enabled()) steps.expect(SVS, Summaries.of(resolved.svs()));
    if (resolved.finetunes()) steps.expect(FINETUNE, Summaries.of(resolved.finetune()));
    steps.expect(EVALUATE, Summaries.of(resolved.evaluate()));
    steps.expect(REPORT, "");
    plan = resolved;
    return resolved;
  }

  private CompressionResult compress(CompressionPlan plan) {
    CompressionResult result = new CompressionOrder(run, new Activities()).compress(plan);
    return report(result.withPlan(resolved()));
  }

  private void expectTurns(CompressionPlan plan) {
    Iteration iterate = plan.iterate();
    if (iterate == null) return;
    for (int turn = 1; turn < iterate.rounds(); turn++) {
      steps.expect(
          CompressionOrder.turn(PRUNE, turn), Summaries.of(iterate.prune(plan.prune(), turn)));
      steps.expect(
          CompressionOrder.turn(FINETUNE, turn), Summaries.of(iterate.finetune(plan.finetune())));
    }
  }

  /** Each stage as an activity, its state shown as a step. */
  private final class Activities implements CompressionOrder.Stages {
    @Override
    public PruneActivity.Result prune(String step, PruneActivity.Request request) {
      return steps.onDevice(
          step,
          () -> request,
          now -> onDevice(PruneActivity.class, step).prune(now),
          Summaries::of);
    }

    @Override
    public SvsActivity.Result svs(String step, SvsActivity.Request request) {
      return steps.onDevice(
          step, () -> request, now -> onDevice(SvsActivity.class, step).svs(now), Summaries::of);
    }

    @Override
    public FinetuneActivity.Result finetune(String step, FinetuneActivity.Request request) {
      return steps.onDevice(
          step,
          () -> step.equals(FINETUNE) ? request.with(resolved().finetune()) : request,
          now -> onDevice(FinetuneActivity.class, step).finetune(now),
          Summaries::of);
    }

    @Override
    public EvaluateActivity.Result evaluate(String step, EvaluateActivity.Request request) {
      return steps.onDevice(
          step,
          () -> request,
          now -> onDevice(EvaluateActivity.class, step).evaluate(now),
          Summaries::of);
    }
  }

  private CompressionResult report(CompressionResult result) {
    ReportActivity activity =
        Workflow.newActivityStub(ReportActivity.class, StageOptions.report(REPORT));
    ReportActivity.Result report =
        steps.run(
            REPORT,
            () -> activity.report(new ReportActivity.Request(run, List.of(result))),
            ReportActivity.Result::location);
    CompressionResult whole = result.withReport(report.location());
    Summaries.show(Summaries.of(whole));
    return whole;
  }

  private <A> A onDevice(Class<A> activity, String step) {
    return Workflow.newActivityStub(activity, StageOptions.device(steps.summary(step)));
  }

  private CompressionPlan resolved() {
    return Objects.requireNonNull(plan, "the plan");
  }

  @Override
  public String pause() {
    steps.pause();
    return steps.awaitHeld();
  }

  @Override
  public void checkPause() {
    gate.checkPause();
  }

  @Override
  public void pauseSignal() {
    steps.pause();
  }

  @Override
  public String resume() {
    return steps.resume();
  }

  @Override
  public void checkResume() {
    gate.checkResume();
  }

  @Override
  public void resumeSignal() {
    steps.resume();
  }

  @Override
  public boolean paused() {
    return gate.paused();
  }

  @Override
  public String extend(@Nullable JsonNode request) {
    CompressionPlan before = resolved();
    CompressionPlan longer = before.extended(Extension.of(request));
    plan = longer;
    steps.change(FINETUNE, Summaries.of(longer.finetune()));
    return Extension.line(FINETUNE, before.finetune(), longer.finetune());
  }

  @Override
  public void checkExtend(@Nullable JsonNode request) {
    Extension more = Extension.of(request);
    refuse(plan == null, "the plan is not resolved yet; try again in a moment");
    refuse(!resolved().finetunes(), "finetune.steps is 0; this run trains nothing");
    refuse(
        !steps.open(FINETUNE),
        "finetune is over; `espalier extend` starts a longer run of the same plan");
    resolved().extended(more);
  }

  @Override
  public void extendSignal(@Nullable JsonNode request) {
    Workflow.await(() -> plan != null);
    try {
      checkExtend(request);
    } catch (InvalidInput e) {
      log.warn("signal to extend ignored: {}", e.getMessage());
      return;
    }
    extend(request);
  }

  @Override
  public RunStatus status() {
    return steps.status();
  }

  @Override
  public @Nullable CompressionPlan plan() {
    return plan;
  }
}
