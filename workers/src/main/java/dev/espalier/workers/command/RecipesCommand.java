package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.console.Table;
import dev.espalier.workers.process.RecipeFolder;
import dev.espalier.workers.report.PresetPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "recipes",
    description = {
      "List the recipes there are: one file each in recipes/, one for every DDPM experiment of the"
          + " papers (d1 … d12: Diff-Pruning, s8 … s13: Singular Value Scaling); or, of one, all"
          + " that another client of Temporal needs to start it.",
      "",
      "`espalier plan NAME` tells what a recipe would do, and what it asks you to provide.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  espalier recipes                        which there are",
      "  espalier recipes fashion-ddpm           how the Temporal UI starts it",
      "  espalier recipes --page presets.html    all of them, to open in a browser and copy"
    })
final class RecipesCommand implements Callable<Integer> {
  private static final int LONGEST = 96;

  private final Program program;

  @Parameters(paramLabel = "RECIPE", arity = "0..1", description = "One recipe.")
  @Nullable String name;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "Write a page of all of them, to copy into the form of the Temporal UI.")
  @Nullable Path page;

  @Option(names = "--json", description = "Print as JSON, with whole descriptions.")
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
    if (page != null) return write(page);
    if (name != null) {
      Preset preset = Preset.of(name, program);
      program.terminal().print(json ? Json.pretty(preset).stripTrailing() : preset.text());
      return 0;
    }
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

  private int write(Path file) {
    List<PresetPage.Entry> entries =
        program.recipes().names().stream()
            .filter(recipe -> name == null || name.equals(recipe))
            .map(recipe -> entry(Preset.of(recipe, program)))
            .toList();
    try {
      Files.writeString(file, PresetPage.render(entries));
    } catch (IOException e) {
      throw new InvalidInput("--page " + file + " cannot be written: " + e.getMessage(), e);
    }
    String path = file.toAbsolutePath().normalize().toString();
    program.terminal().print(json ? Json.write(Map.of("page", path)) : "page: " + path);
    return 0;
  }

  private static PresetPage.Entry entry(Preset preset) {
    return new PresetPage.Entry(
        preset.name(),
        preset.description(),
        preset.command(),
        preset.workflowType(),
        preset.form(),
        Json.pretty(preset.input()).strip());
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
