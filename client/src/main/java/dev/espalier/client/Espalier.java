package dev.espalier.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.CompressionWorkflow;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.Recipes;
import dev.espalier.workflows.RunIds;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.SweepPlan;
import dev.espalier.workflows.SweepWorkflow;
import dev.espalier.workflows.TrainActivity;
import dev.espalier.workflows.TrainPlan;
import dev.espalier.workflows.TrainWorkflow;
import dev.espalier.workflows.WireFormat;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts experiments on a Temporal server whose workers do them, and follows them to their end.
 *
 * <pre>{@code
 * try (Espalier espalier = Espalier.connect("127.0.0.1:7233")) {
 *   CompressionResult result =
 *       espalier.run("{\"recipe\": \"fashion-ddpm\", \"prune\": {\"ratio\": 0.3}}").await();
 *   System.out.println(result.finetuned().frechetDistance());
 * }
 * }</pre>
 *
 * <p>Requests are the JSON objects that the command line and the Temporal UI take. What is asked
 * for twice is the same run: one at work is joined, one that is over finds its finished stages on
 * the shelf. Safe for use by many threads.
 */
public final class Espalier implements AutoCloseable {
  private static final String LOCAL = "127.0.0.1:7233";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final WorkflowClient client;
  private final Recipes recipes;
  private final Runnable close;

  /** A recipe that only the workers have. */
  private static final class Elsewhere extends RuntimeException {
    Elsewhere(String recipe) {
      super(recipe);
    }
  }

  private Espalier(WorkflowClient client, Recipes recipes, Runnable close) {
    this.client = client;
    this.recipes = recipes;
    this.close = close;
  }

  /**
   * Connects to the server that {@code TEMPORAL_ADDRESS} names, else to 127.0.0.1:7233; namespace,
   * TLS and credentials as Temporal's other variables say, as for the command line.
   *
   * @throws InvalidInput if no server answers there
   */
  public static Espalier connect() {
    try {
      ClientConfigProfile profile =
          ClientConfigProfile.load(
              LoadClientConfigProfileOptions.newBuilder()
                  .setDisableFile(System.getenv("TEMPORAL_CONFIG_FILE") == null)
                  .build());
      return connect(
          profile.toWorkflowServiceStubsOptions(),
          profile.getNamespace() == null ? "default" : profile.getNamespace());
    } catch (IOException e) {
      throw new InvalidInput("TEMPORAL_CONFIG_FILE cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Connects to a server without TLS, namespace {@code default}.
   *
   * @param address HOST:PORT
   * @throws InvalidInput if no server answers there
   */
  public static Espalier connect(String address) {
    return connect(WorkflowServiceStubsOptions.newBuilder().setTarget(address).build(), "default");
  }

  private static Espalier connect(WorkflowServiceStubsOptions options, String namespace) {
    WorkflowServiceStubs service = WorkflowServiceStubs.newServiceStubs(options);
    try {
      service.connect(PATIENCE);
    } catch (RuntimeException e) {
      service.shutdownNow();
      String address = options.getTarget() == null ? LOCAL : options.getTarget();
      throw new InvalidInput("no Temporal server answers at " + address, e);
    }
    WorkflowClientOptions format =
        WorkflowClientOptions.newBuilder()
            .setNamespace(namespace)
            .setDataConverter(WireFormat.converter())
            .build();
    return new Espalier(
        WorkflowClient.newInstance(service, format),
        Espalier::elsewhere,
        () -> {
          service.shutdownNow();
          service.awaitTermination(2, TimeUnit.SECONDS);
        });
  }

  /**
   * Over a client that the caller keeps and closes.
   *
   * @param client with {@link WireFormat#converter()}
   */
  public static Espalier over(WorkflowClient client) {
    return new Espalier(client, Espalier::elsewhere, () -> {});
  }

  /**
   * The same, with recipes at hand: requests that name one are checked here, and their runs have
   * the ids that the command line gives them. Without, an id is made of the request's words.
   */
  public Espalier with(Recipes recipes) {
    return new Espalier(client, recipes, close);
  }

  /** As {@link #run(JsonNode)}, of JSON text. */
  public Run<CompressionResult> run(String plan) {
    return run(Json.parse(plan, "plan"));
  }

  /**
   * Starts one compression.
   *
   * @param plan as {@link PlanRequest} reads it; {@code {}} is the default plan
   * @throws InvalidInput in one line, naming the field and what is legal
   */
  public Run<CompressionResult> run(JsonNode plan) {
    String id;
    String summary;
    try {
      CompressionPlan complete = PlanRequest.resolve(plan, recipes);
      id = RunIds.compression(complete);
      summary = complete.network() + " · " + complete.prune().criterion();
    } catch (Elsewhere e) {
      summary = String.valueOf(e.getMessage());
      id = RunIds.request(summary, plan);
    }
    WorkflowStub started = start(CompressionWorkflow.class, id, summary, plan);
    return new Run<>(client, started, CompressionResult.class);
  }

  /** As {@link #sweep(JsonNode)}, of JSON text. */
  public SweepRun sweep(String sweep) {
    return sweep(Json.parse(sweep, "sweep"));
  }

  /**
   * Starts a sweep.
   *
   * @param sweep as {@link SweepPlan} reads it
   * @throws InvalidInput in one line, naming the arm, the field and what is legal
   */
  public SweepRun sweep(JsonNode sweep) {
    SweepPlan plan = SweepPlan.of(sweep);
    String id;
    try {
      List<CompressionPlan> arms = new ArrayList<>();
      for (SweepPlan.Point point : plan.points()) {
        JsonNode whole = plan.atRung(point.request(), plan.rungCount() - 1);
        arms.add(plan.checked(PlanRequest.resolve(whole, recipes)));
      }
      id = RunIds.sweep(plan, arms);
    } catch (Elsewhere e) {
      id = RunIds.request(plan.name(), sweep);
    }
    String summary = plan.points().size() + " arms";
    return new SweepRun(client, start(SweepWorkflow.class, id, summary, sweep));
  }

  /**
   * Starts a training from random weights.
   *
   * @param training as {@link TrainPlan} reads it
   * @throws InvalidInput in one line, naming the field and what is legal
   */
  public Run<TrainActivity.Result> train(JsonNode training) {
    TrainPlan plan = TrainPlan.of(training);
    String summary = plan.name() + " · " + plan.finetune().steps() + " steps";
    WorkflowStub started = start(TrainWorkflow.class, RunIds.training(plan), summary, training);
    return new Run<>(client, started, TrainActivity.Result.class);
  }

  /** A compression that was started before, here or elsewhere. */
  public Run<CompressionResult> attach(String id) {
    return new Run<>(client, client.newUntypedWorkflowStub(id), CompressionResult.class);
  }

  /** A sweep that was started before, here or elsewhere. */
  public SweepRun attachSweep(String id) {
    return new SweepRun(client, client.newUntypedWorkflowStub(id));
  }

  /** Ends the connection; what was started goes on. */
  @Override
  public void close() {
    close.run();
  }

  private WorkflowStub start(Class<?> workflow, String id, String summary, JsonNode request) {
    WorkflowStub stub =
        client.newUntypedWorkflowStub(
            workflow.getSimpleName(), StageOptions.joining(id, summary, request));
    stub.start(request);
    return stub;
  }

  private static JsonNode elsewhere(String recipe) {
    throw new Elsewhere(recipe);
  }
}
