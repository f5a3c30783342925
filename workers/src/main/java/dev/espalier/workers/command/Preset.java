package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workflows.CompressionWorkflow;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.RunIds;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.SweepWorkflow;
import dev.espalier.workflows.TrainPlan;
import dev.espalier.workflows.TrainWorkflow;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A recipe as any client of Temporal starts it, the form of the Temporal UI among them.
 *
 * @param command of this program that does the same
 * @param workflowId the one that command gives it, so that both are the same run
 * @param input the one argument, encoded {@code json/plain}
 * @param form where the UI shows its form with type, queue and id filled in
 */
record Preset(
    String name,
    String description,
    String command,
    String workflowType,
    String taskQueue,
    String workflowId,
    JsonNode input,
    String form) {
  /** Where the Temporal UI is. */
  private static final String UI = "ESPALIER_TEMPORAL_UI_URL";

  private static final String LOCAL_UI = "http://127.0.0.1:8233";

  static Preset of(String recipe, Program program) {
    JsonNode whole = program.recipes().recipe(recipe);
    return switch (RequestKind.of(whole)) {
      case RUN -> {
        JsonNode byName = Json.MAPPER.createObjectNode().put("recipe", recipe);
        String id = RunIds.compression(PlanRequest.resolve(byName, program.recipes()));
        yield of(recipe, whole, CompressionWorkflow.class, id, byName, program);
      }
      case SWEEP -> {
        Sweep sweep = Sweep.of(whole, program);
        String id = RunIds.sweep(sweep.plan(), sweep.arms());
        yield of(recipe, whole, SweepWorkflow.class, id, undescribed(whole), program);
      }
      case TRAIN -> {
        String id = RunIds.training(TrainPlan.of(whole));
        yield of(recipe, whole, TrainWorkflow.class, id, undescribed(whole), program);
      }
    };
  }

  private static Preset of(
      String recipe, JsonNode whole, Class<?> type, String id, JsonNode input, Program program) {
    return new Preset(
        recipe,
        whole.path("description").asText(),
        "./espalier " + RequestKind.of(whole).command() + " " + recipe,
        type.getSimpleName(),
        StageOptions.COMPRESS,
        id,
        input,
        form(program.settings(null), type.getSimpleName(), id));
  }

  /** What is for those who read the file need not be copied. */
  private static JsonNode undescribed(JsonNode whole) {
    ObjectNode input = whole.deepCopy();
    input.remove("description");
    return input;
  }

  private static String form(Settings settings, String type, String id) {
    return ui(settings)
        + "/workflows/start-workflow?workflowId="
        + URLEncoder.encode(id, StandardCharsets.UTF_8)
        + "&taskQueue="
        + StageOptions.COMPRESS
        + "&workflowType="
        + type;
  }

  /** Where the UI shows the namespace of this process. */
  static String ui(Settings settings) {
    String address = settings.variable(UI).orElse(LOCAL_UI).replaceFirst("/+$", "");
    return address
        + "/namespaces/"
        + URLEncoder.encode(
            settings.variable("TEMPORAL_NAMESPACE").orElse("default"), StandardCharsets.UTF_8);
  }

  /** All of it, for a terminal. */
  String text() {
    return String.join(
        System.lineSeparator(),
        description,
        "",
        "from here      " + command,
        "in the UI      " + form,
        "workflow type  " + workflowType,
        "task queue     " + taskQueue,
        "workflow id    " + workflowId,
        "input          " + Json.write(input));
  }
}
