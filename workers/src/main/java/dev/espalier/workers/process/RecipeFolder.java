package dev.espalier.workers.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workflows.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder of recipes: the recipe {@code x} is the file {@code x.json}. */
public record RecipeFolder(Path folder) implements Recipes {
  private static final String SUFFIX = ".json";

  /** The folder {@code recipes} of the clone. */
  public static RecipeFolder of(Settings settings) {
    return new RecipeFolder(settings.home().resolve("recipes"));
  }

  @Override
  public JsonNode recipe(String name) {
    List<String> names = names();
    InvalidInput.require(
        names.contains(name),
        "recipe '%s' does not exist%s; there are: %s",
        name,
        Nearest.to(name, names).map(near -> " (did you mean '" + near + "'?)").orElse(""),
        names.isEmpty() ? "none in " + folder : String.join(", ", names));
    Path file = folder.resolve(name + SUFFIX);
    try {
      return Json.parse(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new InvalidInput("recipe '" + name + "' cannot be read: " + e.getMessage(), e);
    }
  }

  /** All there are, sorted. */
  public List<String> names() {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InvalidInput("recipes in " + folder + " cannot be listed: " + e.getMessage(), e);
    }
  }
}
