package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a person names on the command line where a JSON object is wanted. */
final class Request {
  private Request() {}

  /**
   * Reads it: {@code -} is standard input, what begins with <code>{</code> is the object itself,
   * then a file, then a recipe.
   *
   * @throws InvalidInput if it is none of these or no JSON
   */
  static JsonNode read(String given, Program program) {
    try {
      if (given.equals("-")) {
        String text = new String(program.in().readAllBytes(), StandardCharsets.UTF_8);
        return Json.parse(text, "standard input");
      }
      if (given.stripLeading().startsWith("{")) return argument(given);
      Path file = Path.of(given);
      if (Files.isRegularFile(file)) return Json.parse(Files.readString(file), given);
    } catch (IOException e) {
      throw new InvalidInput(given + " cannot be read: " + e.getMessage(), e);
    }
    InvalidInput.require(
        !given.contains("/") && !given.endsWith(".json"),
        "file '%s' does not exist in %s; `espalier recipes` lists the plans that are here",
        given,
        Path.of("").toAbsolutePath());
    return program.recipes().recipe(given);
  }

  private static JsonNode argument(String given) {
    try {
      return Json.parse(given, "argument");
    } catch (InvalidInput e) {
      throw new InvalidInput(e.getMessage() + "; a shell wants the object in single quotes", e);
    }
  }

  /**
   * As {@link #plan}, of one compression.
   *
   * @throws InvalidInput if it is a sweep or a training, naming the command for it
   */
  static JsonNode run(String given, Program program) {
    JsonNode request = read(given, program);
    RequestKind kind = RequestKind.of(request);
    InvalidInput.require(
        kind == RequestKind.RUN,
        "%s is no single compression; start it with `espalier %s`",
        given.stripLeading().startsWith("{") ? "this" : "'" + given + "'",
        kind.command());
    return isRecipe(given, program) ? byName(given) : request;
  }

  /** As {@link #read}, but a recipe is left by its name, for the plan to record. */
  static JsonNode plan(String given, Program program) {
    return isRecipe(given, program) ? byName(given) : read(given, program);
  }

  private static boolean isRecipe(String given, Program program) {
    return program.recipes().names().contains(given) && !Files.exists(Path.of(given));
  }

  private static JsonNode byName(String recipe) {
    return Json.MAPPER.createObjectNode().put("recipe", recipe);
  }
}
