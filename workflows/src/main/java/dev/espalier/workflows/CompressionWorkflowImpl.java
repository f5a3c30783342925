package dev.espalier.workflows;

import static dev.espalier.workflows.CompressionOrder.DENSE;
import static dev.espalier.workflows.CompressionOrder.EVALUATE;
import static dev.espalier.workflows.CompressionOrder.FINETUNE;
import static dev.espalier.workflows.CompressionOrder.PRUNE;
import static dev.espalier.workflows.CompressionOrder.PRUNED;
import static dev.espalier.workflows.CompressionOrder.SVS;
import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.workflow.Workflow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries out the stages of {@link CompressionOrder} as activities. */
public final class CompressionWorkflowImpl implements CompressionWorkflow {
  private static final String PLAN = "plan";
  private static final String REPORT = "report";

  private final String run = Workflow.getInfo().getWorkflowId();
  private final RunSteps steps = new RunSteps();
  private @Nullable CompressionPlan plan;

  @Override
  public CompressionResult run(@Nullable JsonNode request) {
    return surfacing(() -> compress(resolve(request)));
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
    return report(new CompressionOrder(run, new Activities()).compress(plan));
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
      return steps.run(
          step, () -> onDevice(PruneActivity.class, step).prune(request), Summaries::of);
    }

    @Override
    public SvsActivity.Result svs(String step, SvsActivity.Request request) {
      return steps.run(step, () -> onDevice(SvsActivity.class, step).svs(request), Summaries::of);
    }

    @Override
    public FinetuneActivity.Result finetune(String step, FinetuneActivity.Request request) {
      return steps.run(
          step, () -> onDevice(FinetuneActivity.class, step).finetune(request), Summaries::of);
    }

    @Override
    public EvaluateActivity.Result evaluate(String step, EvaluateActivity.Request request) {
      return steps.run(
          step, () -> onDevice(EvaluateActivity.class, step).evaluate(request), Summaries::of);
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

  @Override
  public RunStatus status() {
    return steps.status();
  }

  @Override
  public @Nullable CompressionPlan plan() {
    return plan;
  }
}
