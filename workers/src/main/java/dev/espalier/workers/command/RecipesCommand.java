package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.console.Table;
import dev.espalier.workers.process.RecipeFolder;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "recipes",
    description = {
      "List the recipes there are: one file each in recipes/, one for every DDPM experiment of the"
          + " papers (d1 … d12: Diff-Pruning, s8 … s13: Singular Value Scaling).",
      "",
      "`espalier plan NAME` tells what a recipe would do, and what it asks you to provide.",
      ""
    })
final class RecipesCommand implements Callable<Integer> {
  private static final int LONGEST = 96;

  private final Program program;

  @Option(names = "--json", description = "Print the list as JSON, with whole descriptions.")
  boolean json;

  RecipesCommand(Program program) {
    this.program = program;
  }

  /**
   * One recipe.
   *
   * @param command that carries it out
   * @param published whether it has published numbers to stand beside ours
   */
  record Line(String name, String command, boolean published, String description) {}

  @Override
  public Integer call() {
    List<Line> lines = lines(program.recipes());
    if (json) {
      program.terminal().print(Json.pretty(lines).stripTrailing());
      return 0;
    }
    Table table = new Table("recipe", "command", "published", "what it is");
    for (Line line : lines) {
      table.row(
          line.name(), line.command(), line.published() ? "yes" : "", first(line.description()));
    }
    program.terminal().print(table.toString());
    return 0;
  }

  static List<Line> lines(RecipeFolder recipes) {
    return recipes.names().stream()
        .map(
            name -> {
              JsonNode recipe = recipes.recipe(name);
              return new Line(
                  name,
                  RequestKind.of(recipe).command(),
                  recipe.has("published"),
                  recipe.path("description").asText());
            })
        .toList();
  }

  /** The first sentence, shortened to fit a line. */
  private static String first(String description) {
    int end = description.indexOf(". ");
    String sentence = end < 0 ? description : description.substring(0, end);
    return sentence.length() <= LONGEST
        ? sentence
        : sentence.substring(0, sentence.lastIndexOf(' ', LONGEST)) + " …";
  }
}
