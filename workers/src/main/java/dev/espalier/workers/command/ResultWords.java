package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a stage came to, whichever it is, in words. */
final class ResultWords {
  private ResultWords() {}

  /** Such as {@code 300 steps, went on from step 120, loss 0.0341, in 35 s}; may be empty. */
  static String of(JsonNode result) {
    List<String> words = new ArrayList<>();
    if (result.path("reused").asBoolean()) words.add("taken from the shelf");
    add(words, result, "steps", "%,.0f steps");
    if (result.path("resumedFrom").asInt() > 0)
      add(words, result, "resumedFrom", "went on from step %.0f");
    add(words, result, "loss", "loss %.4f");
    add(words, result, "validationLoss", "validation loss %.4f");
    add(words, result, "parametersAfter", "%,.0f parameters");
    add(words, result, "medianConditionAfter", "median condition number %.2f");
    add(words, result, "frechetDistance", "Fréchet distance %.3f");
    add(words, result, "ssim", "SSIM %.4f");
    if (!result.path("reused").asBoolean()) add(words, result, "seconds", "in %.1f s");
    return String.join(", ", words);
  }

  private static void add(List<String> words, JsonNode result, String field, String format) {
    JsonNode value = result.path(field);
    if (value.isNumber()) words.add(String.format(Locale.ROOT, format, value.doubleValue()));
  }
}
