package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.finetune.FinetuneConfig;
import org.jspecify.annotations.Nullable;

/**
 * How much longer a training is to be.
 *
 * @param steps more optimizer steps, 1 to 10,000,000; with those it has at most as many
 */
public record Extension(int steps) {
  private static final int MOST = 10_000_000;

  public Extension {
    InvalidInput.require(
        steps >= 1 && steps <= MOST, "steps is %d; legal are 1 to %d more steps", steps, MOST);
  }

  /**
   * Reads what a person wrote.
   *
   * @throws InvalidInput in one line
   */
  public static Extension of(@Nullable JsonNode request) {
    ObjectNode fields = PlanRequest.object(request, "extend");
    InvalidInput.require(
        fields.has("steps"),
        "extend: steps is missing; legal is an object such as {\"steps\": 100}");
    return Json.bind(fields, Extension.class, "extend");
  }

  /**
   * The longer training.
   *
   * @throws InvalidInput if it would be too long
   */
  public FinetuneConfig of(FinetuneConfig training) {
    return of(training, training.steps() + steps, "extend");
  }

  /** The same training with as many {@code steps}. */
  static FinetuneConfig of(FinetuneConfig training, int steps, String source) {
    ObjectNode fields = Json.MAPPER.valueToTree(training);
    return Json.bind(fields.put("steps", steps), FinetuneConfig.class, source);
  }

  /** What is told of it: {@code finetune: 300 → 400 steps}. */
  static String line(String step, FinetuneConfig before, FinetuneConfig after) {
    return Summaries.format("%s: %,d → %,d steps", step, before.steps(), after.steps());
  }
}
