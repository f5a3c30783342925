package dev.espalier.workflows;

import static dev.espalier.workflows.CompressionOrder.DENSE;
import static dev.espalier.workflows.CompressionOrder.EVALUATE;
import static dev.espalier.workflows.CompressionOrder.FINETUNE;
import static dev.espalier.workflows.CompressionOrder.PRUNE;
import static dev.espalier.workflows.CompressionOrder.PRUNED;
import static dev.espalier.workflows.CompressionOrder.SVS;
import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.finetune.FinetuneConfig;
import io.temporal.workflow.Workflow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries out the stages of {@link CompressionOrder} as activities. */
public final class CompressionWorkflowImpl extends ControlledRun<CompressionPlan>
    implements CompressionWorkflow {
  private static final String PLAN = "plan";
  private static final String REPORT = "report";

  private final String run = Workflow.getInfo().getWorkflowId();

  /** A run that has not begun, without search attributes and links. */
  public CompressionWorkflowImpl() {
    this(RunView.PLAIN);
  }

  /** A run that has not begun. */
  public CompressionWorkflowImpl(RunView view) {
    super(FINETUNE, view);
  }

  @Override
  public CompressionResult run(@Nullable JsonNode request) {
    return gate.until(() -> steps.until(() -> surfacing(() -> compress(resolve(request)))));
  }

  private CompressionPlan resolve(@Nullable JsonNode request) {
    steps.expect(PLAN, "");
    PlanActivity activity = Workflow.newActivityStub(PlanActivity.class, StageOptions.plan());
    CompressionPlan resolved =
        steps.run(PLAN, () -> activity.resolve(PlanRequest.object(request, "plan")), Summaries::of);
    steps.title(Summaries.of(resolved));
    search(resolved);
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

  /** What is told with the next step. */
  private void search(CompressionPlan plan) {
    steps
        .fields()
        .set(SearchFields.METHOD, Summaries.method(plan))
        .set(SearchFields.CRITERION, plan.prune().criterion())
        .set(SearchFields.RATIO, plan.prune().ratio());
    Workflow.getInfo()
        .getParentWorkflowId()
        .ifPresent(sweep -> steps.fields().set(SearchFields.SWEEP, sweep));
  }

  private CompressionResult compress(CompressionPlan plan) {
    CompressionResult result = new CompressionOrder(run, new Activities()).compress(plan);
    steps.fields().set(SearchFields.FID, result.finetuned().frechetDistance());
    if (result.finetune() != null) {
      steps.fields().set(SearchFields.STEP, (long) result.finetune().steps());
    }
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
    steps.show(whole);
    return whole;
  }

  private <A> A onDevice(Class<A> activity, String step) {
    return Workflow.newActivityStub(activity, StageOptions.device(steps.summary(step)));
  }

  @Override
  CompressionPlan extended(CompressionPlan plan, Extension more) {
    return plan.extended(more);
  }

  @Override
  FinetuneConfig trainingOf(CompressionPlan plan) {
    return plan.finetune();
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
