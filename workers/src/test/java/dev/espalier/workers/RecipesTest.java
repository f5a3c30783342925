package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.process.RecipeFolder;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.Published;
import dev.espalier.workflows.SweepPlan;
import dev.espalier.workflows.TrainPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recipe of the clone is whole: each of its plans resolves, with nothing unknown in it. */
class RecipesTest {
  private static final RecipeFolder RECIPES =
      new RecipeFolder(Path.of(System.getProperty("espalier.root"), "recipes"));

  /** The rows of the table of published experiments that are of DDPMs. */
  private static final Set<String> EXPERIMENTS =
      Set.of(
          "d1", "d2", "d3", "d4", "d5", "d6", "d8", "d9", "d10", "d11", "d12", "s8", "s9", "s10",
          "s12", "s13");

  @TempDir Path work;

  static List<String> names() {
    return RECIPES.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void resolvesCompletely(String name) {
    JsonNode recipe = RECIPES.recipe(name);
    assertThat(recipe.path("description").asText()).as("description").hasSizeGreaterThan(40);
    if (recipe.path("network").isObject()) {
      assertThat(TrainPlan.of(recipe).finetune().steps()).isPositive();
      return;
    }
    List<CompressionPlan> plans = plans(name, recipe).values().stream().toList();
    assertThat(plans).isNotEmpty();
    assertThat(plans).extracting(CompressionPlan::fingerprint).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("names")
  void publishedNumbersStandBesideAnArmThatIsRun(String name) {
    JsonNode recipe = RECIPES.recipe(name);
    if (!recipe.has("published")) return;
    Published published = Json.bind(recipe.get("published"), Published.class, name);
    Map<String, CompressionPlan> arms = plans(name, recipe);
    List<String> seen = new ArrayList<>();
    for (Published.Row row : published.rows()) {
      if (row.arm() != null) assertThat(arms).as(row.name()).containsKey(row.arm());
      seen.add(row.arm() + " " + row.network() + " " + row.name());
      row.values().forEach((metric, value) -> assertPlausible(row, metric, value));
      Double steps = row.values().get("steps");
      if (row.arm() != null && steps != null) {
        assertThat(arms.get(row.arm()).finetune().steps())
            .as(row.name())
            .isEqualTo(steps.intValue());
      }
    }
    assertThat(seen).doesNotHaveDuplicates();
  }

  private static void assertPlausible(Published.Row row, String metric, double value) {
    double most =
        switch (metric) {
          case "SSIM", "precision", "recall", "coverage" -> 1;
          case "density" -> 2;
          case "FID", "IS", "sigmaMax" -> 100;
          case "steps" -> 1e7;
          case "parameters" -> 2e8;
          default -> 3e11;
        };
    assertThat(value).as(row.name() + " " + metric).isPositive().isLessThanOrEqualTo(most);
  }

  @Test
  void everyExperimentOfThePapersHasOne() {
    Set<String> found = new TreeSet<>();
    for (String name : names()) {
      if (name.matches("[ds]\\d+-.*")) found.add(name.substring(0, name.indexOf('-')));
    }
    assertThat(found).isEqualTo(new TreeSet<>(EXPERIMENTS));
  }

  @Test
  void namesOfSweepsAreThoseOfTheirFiles() {
    for (String name : names()) {
      JsonNode own = RECIPES.recipe(name).get("name");
      if (own != null && name.matches("[ds]\\d+-.*")) assertThat(own.asText()).isEqualTo(name);
    }
  }

  @Test
  void theCommandListsThemWithWhatToStartThemWith() {
    Map<String, String> home = Map.of("ESPALIER_HOME", System.getProperty("espalier.root"));
    Invocation list = Invocation.of(work, home, SmallStages::of, "", "recipes");
    assertThat(list.exitCode()).as(list.err()).isZero();
    assertThat(list.out().lines().filter(line -> line.startsWith("s8-cifar10-svs ")))
        .hasSize(1)
        .first()
        .asString()
        .contains("sweep", "yes", "S8: Diff-Pruning with and without singular value scaling");
    assertThat(list.out().lines()).hasSize(names().size() + 1);
    JsonNode json =
        Json.parse(Invocation.of(work, home, SmallStages::of, "", "recipes", "--json").out(), "j");
    assertThat(json).hasSize(names().size());
  }

  /** The plans of a run (under an empty label) or of a sweep's arms, by their labels. */
  private static Map<String, CompressionPlan> plans(String name, JsonNode recipe) {
    boolean sweep = recipe.has("axes") || recipe.has("arms");
    if (!sweep) {
      JsonNode request = Json.MAPPER.createObjectNode().put("recipe", name);
      return Map.of("", PlanRequest.resolve(request, RECIPES));
    }
    return SweepPlan.of(recipe).points().stream()
        .collect(
            Collectors.toMap(
                SweepPlan.Point::label, point -> PlanRequest.resolve(point.request(), RECIPES)));
  }
}
