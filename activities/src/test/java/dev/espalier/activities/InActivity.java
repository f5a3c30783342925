package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PlanActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.Recipes;
import dev.espalier.workflows.SvsActivity;
import dev.espalier.workflows.TrainActivity;
import dev.espalier.workflows.WireFormat;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.worker.WorkerFactoryOptions;
import java.util.function.Consumer;

/** The stages as Temporal calls them: requests and results as JSON, failures typed. */
final class InActivity implements AutoCloseable {
  static final Recipes NO_RECIPES =
      name -> {
        throw new InvalidInput("recipe '" + name + "' does not exist; there are: none");
      };

  private final TestActivityEnvironment environment;
  private volatile Consumer<StageProgress> onHeartbeat = progress -> {};

  /**
   * @param more activities beside the stages
   */
  InActivity(Workbench bench, Object... more) {
    environment =
        TestActivityEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(
                    WorkflowClientOptions.newBuilder()
                        .setDataConverter(WireFormat.converter())
                        .build())
                .setWorkerFactoryOptions(
                    WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new TypedFailures(), new Heard())
                        .build())
                .build());
    environment.registerActivitiesImplementations(
        new PlanStage(bench, NO_RECIPES),
        new PruneStage(bench),
        new SvsStage(bench),
        new FinetuneStage(bench),
        new EvaluateStage(bench),
        new TrainStage(bench));
    if (more.length > 0) environment.registerActivitiesImplementations(more);
  }

  /** Lets a test hear heartbeats as they are sent, and throw what Temporal would. */
  private final class Heard extends WorkerInterceptorBase {
    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
      return new ActivityInboundCallsInterceptorBase(next) {
        @Override
        public void init(ActivityExecutionContext context) {
          super.init(
              new ActivityExecutionContextBase(context) {
                @Override
                public <V> void heartbeat(V details) throws ActivityCompletionException {
                  onHeartbeat.accept((StageProgress) details);
                  super.heartbeat(details);
                }
              });
        }
      };
    }
  }

  /** From now on every heartbeat of a stage is first given to {@code listener}. */
  InActivity onHeartbeat(Consumer<StageProgress> listener) {
    onHeartbeat = listener;
    return this;
  }

  CompressionPlan plan(String request) {
    JsonNode json = Json.parse(request, "test");
    return environment.newActivityStub(PlanActivity.class).resolve(json);
  }

  PruneActivity.Result prune(PruneActivity.Request request) {
    return environment.newActivityStub(PruneActivity.class).prune(request);
  }

  SvsActivity.Result svs(SvsActivity.Request request) {
    return environment.newActivityStub(SvsActivity.class).svs(request);
  }

  FinetuneActivity.Result finetune(FinetuneActivity.Request request) {
    return environment.newActivityStub(FinetuneActivity.class).finetune(request);
  }

  EvaluateActivity.Result evaluate(EvaluateActivity.Request request) {
    return environment.newActivityStub(EvaluateActivity.class).evaluate(request);
  }

  TrainActivity.Result train(TrainActivity.Request request) {
    return environment.newActivityStub(TrainActivity.class).train(request);
  }

  <T> T stub(Class<T> activity) {
    return environment.newActivityStub(activity);
  }

  /** What a call that fails tells the server. */
  static ApplicationFailure failure(Runnable call) {
    ActivityFailure failed = catchThrowableOfType(ActivityFailure.class, call::run);
    assertThat(failed).as("a failure").isNotNull();
    return (ApplicationFailure) failed.getCause();
  }

  @Override
  public void close() {
    environment.close();
  }
}
