package dev.espalier.workflows;

import static dev.espalier.workflows.InvalidInputFailure.surfacing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.prune.PruneConfig;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The stages in order. */
public final class CompressionWorkflowImpl implements CompressionWorkflow {
  private static final String PLAN = "plan";
  private static final String DENSE = "evaluate dense";
  private static final String PRUNE = "prune";
  private static final String PRUNED = "evaluate pruned";
  private static final String SVS = "svs";
  private static final String FINETUNE = "finetune";
  private static final String EVALUATE = "evaluate";
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
    EvaluateActivity.Result dense = evaluate(DENSE, plan, plan.dense());
    List<CompressionResult.Turn> turns = turns(plan);
    PruneActivity.Result prune = prune(PRUNE, plan, turns, plan.prune());
    EvaluateActivity.Result pruned = evaluate(PRUNED, plan, prune.network());
    SvsActivity.Result svs = plan.svs().enabled() ? svs(plan, prune.network()) : null;
    Artifact refined = svs == null ? prune.network() : svs.network();
    FinetuneActivity.Result finetune =
        plan.finetunes() ? finetune(FINETUNE, plan, refined, plan.finetune()) : null;
    EvaluateActivity.Result finetuned =
        evaluate(EVALUATE, plan, finetune == null ? refined : finetune.network());
    return report(
        new CompressionResult(
            run, plan, dense, prune, pruned, svs, finetune, finetuned, /* report= */ null, turns));
  }

  private void expectTurns(CompressionPlan plan) {
    Iteration iterate = plan.iterate();
    if (iterate == null) return;
    for (int turn = 1; turn < iterate.rounds(); turn++) {
      steps.expect(PRUNE + " " + turn, Summaries.of(iterate.prune(plan.prune(), turn)));
      steps.expect(FINETUNE + " " + turn, Summaries.of(iterate.finetune(plan.finetune())));
    }
  }

  /** All turns but the last; none where the plan has no {@link Iteration}. */
  private List<CompressionResult.Turn> turns(CompressionPlan plan) {
    List<CompressionResult.Turn> turns = new ArrayList<>();
    Iteration iterate = plan.iterate();
    if (iterate == null) return turns;
    for (int turn = 1; turn < iterate.rounds(); turn++) {
      PruneActivity.Result pruned =
          prune(PRUNE + " " + turn, plan, turns, iterate.prune(plan.prune(), turn));
      FinetuneActivity.Result tuned =
          finetune(
              FINETUNE + " " + turn, plan, pruned.network(), iterate.finetune(plan.finetune()));
      turns.add(new CompressionResult.Turn(pruned, tuned));
    }
    return turns;
  }

  /** Prunes the dense network, or what the turn before left of it. */
  private PruneActivity.Result prune(
      String step, CompressionPlan plan, List<CompressionResult.Turn> before, PruneConfig config) {
    PruneActivity.Request request =
        before.isEmpty()
            ? new PruneActivity.Request(run, plan.dense(), plan.data(), config)
            : new PruneActivity.Request(
                run,
                before.get(before.size() - 1).finetune().network(),
                plan.data(),
                config,
                plan.dense());
    return steps.run(step, () -> onDevice(PruneActivity.class, step).prune(request), Summaries::of);
  }

  private SvsActivity.Result svs(CompressionPlan plan, Artifact network) {
    return steps.run(
        SVS,
        () ->
            onDevice(SvsActivity.class, SVS).svs(new SvsActivity.Request(run, network, plan.svs())),
        Summaries::of);
  }

  private FinetuneActivity.Result finetune(
      String step, CompressionPlan plan, Artifact network, FinetuneConfig config) {
    return steps.run(
        step,
        () ->
            onDevice(FinetuneActivity.class, step)
                .finetune(
                    new FinetuneActivity.Request(
                        run,
                        network,
                        plan.data(),
                        config,
                        config.distillation() > 0 ? plan.dense() : null)),
        Summaries::of);
  }

  private EvaluateActivity.Result evaluate(String step, CompressionPlan plan, Artifact network) {
    return steps.run(
        step,
        () ->
            onDevice(EvaluateActivity.class, step)
                .evaluate(
                    new EvaluateActivity.Request(
                        run, network, plan.dense(), plan.data(), plan.evaluate())),
        Summaries::of);
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
