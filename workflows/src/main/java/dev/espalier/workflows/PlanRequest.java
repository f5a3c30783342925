package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person asks for, made a complete {@link CompressionPlan}. Four layers, each overriding the
 * one before, field by field: the defaults below, the recipe that is named, the fields given, and
 * {@code seed} for the stages that name none of their own. A field that is {@code null} counts as
 * absent.
 */
public final class PlanRequest {
  /** The plan of an empty request, but for the defaults of the stages' own records. */
  private static final JsonNode DEFAULTS =
      Json.parse(
          """
          {
            "network": "fashion-ddpm",
            "data": "fashion-mnist",
            "prune": {"criterion": "diff-pruning", "ratio": 0.5},
            "svs": {"enabled": true},
            "finetune": {
              "steps": 300, "batch": 64, "learningRate": 0.001, "loss": "mean",
              "emaDecay": 0.99, "emaWarmup": "ramp", "checkpointEvery": 50, "validateEvery": 25
            },
            "evaluate": {}
          }
          """,
          "default plan");

  /** The stages that draw at random. */
  private static final List<String> SEEDED = List.of("prune", "svs", "finetune", "evaluate");

  private PlanRequest() {}

  /**
   * Completes and checks a request.
   *
   * @param request nothing, {@code null}, or an object with any of a plan's fields
   * @throws InvalidInput in one line, naming the field and what is legal
   */
  public static CompressionPlan resolve(@Nullable JsonNode request, Recipes recipes) {
    ObjectNode given = object(request, "plan");
    ObjectNode plan = DEFAULTS.deepCopy();
    JsonNode recipe = given.path("recipe");
    if (!recipe.isMissingNode() && !recipe.isNull()) {
      InvalidInput.require(recipe.isTextual(), "plan: recipe is %s; legal is a name", recipe);
      String source = "recipe '" + recipe.textValue() + "'";
      ObjectNode layer = object(recipes.recipe(recipe.textValue()), source);
      InvalidInput.require(!layer.has("recipe"), "%s names a recipe of its own", source);
      merge(plan, layer);
    }
    merge(plan, given);
    describe(plan);
    seed(plan);
    return Json.bind(plan, CompressionPlan.class, "plan");
  }

  /** Lays {@code over} on {@code base}: objects field by field, anything else as a whole. */
  static void merge(ObjectNode base, ObjectNode over) {
    for (var field : over.properties()) {
      if (field.getValue().isNull()) continue;
      if (field.getValue() instanceof ObjectNode inner
          && base.get(field.getKey()) instanceof ObjectNode existing) {
        merge(existing, inner);
      } else {
        base.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }

  /** The request as an object; nothing and {@code null} are empty ones. */
  static ObjectNode object(@Nullable JsonNode request, String source) {
    if (request == null || request.isNull() || request.isMissingNode()) {
      return Json.MAPPER.createObjectNode();
    }
    if (request instanceof ObjectNode object) return object;
    throw new InvalidInput(source + ": expected a JSON object, got " + brief(request));
  }

  /** A description is for those who read the file; it is checked and left behind. */
  static void describe(ObjectNode plan) {
    JsonNode description = plan.remove("description");
    InvalidInput.require(
        description == null || description.isTextual(),
        "plan: description is %s; legal is text",
        description);
  }

  private static void seed(ObjectNode plan) {
    JsonNode seed = plan.get("seed");
    if (seed == null) return;
    for (String stage : SEEDED) {
      if (plan.get(stage) instanceof ObjectNode config && !config.has("seed")) {
        config.set("seed", seed);
      }
    }
  }

  /** Sets the seed of every stage, whatever a recipe says. */
  static void seed(ObjectNode request, long seed) {
    for (String stage : SEEDED) {
      if (!request.has(stage)) request.putObject(stage);
      if (request.get(stage) instanceof ObjectNode config) config.put("seed", seed);
    }
  }

  private static String brief(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
