package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.process.RecipeFolder;
import dev.espalier.workflows.PlanRequest;
import dev.espalier.workflows.SweepPlan;
import dev.espalier.workflows.TrainPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What `espalier recipes` says for other clients of Temporal is what they can start. */
class PresetTest {
  private static final Path ROOT = Path.of(System.getProperty("espalier.root"));
  private static final RecipeFolder RECIPES = new RecipeFolder(ROOT.resolve("recipes"));

  @TempDir Path work;

  static List<String> names() {
    return RECIPES.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyRecipeCanBeStartedWithWhatIsPrinted(String name) {
    JsonNode preset = Json.parse(call("recipes", name, "--json").out(), name);
    assertThat(preset.get("taskQueue").asText()).isEqualTo("compress");
    accepts(preset.get("workflowType").asText(), preset.get("input"));
    assertThat(preset.get("form").asText())
        .startsWith("http://127.0.0.1:8233/namespaces/default/workflows/start-workflow?workflowId=")
        .endsWith(
            preset.get("workflowId").asText()
                + "&taskQueue=compress&workflowType="
                + preset.get("workflowType").asText());
  }

  @Test
  void theTextSaysTheSame() {
    Invocation one =
        Invocation.of(
            work,
            Map.of(
                "ESPALIER_HOME",
                ROOT.toString(),
                "ESPALIER_TEMPORAL_UI_URL",
                "https://temporal.lab/",
                "TEMPORAL_NAMESPACE",
                "team"),
            SmallStages::of,
            "",
            "recipes",
            "fashion-ddpm");
    assertThat(one.exitCode()).as(one.err()).isZero();
    assertThat(one.out())
        .contains("from here      ./espalier run fashion-ddpm")
        .contains(
            "https://temporal.lab/namespaces/team/workflows/start-workflow?workflowId=fashion")
        .contains("workflow type  CompressionWorkflow")
        .contains("input          {\"recipe\":\"fashion-ddpm\"}");
    assertThat(call("recipes", "nope").said().get(0)).contains("recipe 'nope' does not exist");
  }

  @Test
  void thePageHoldsAllOfThem() throws IOException {
    Path page = work.resolve("presets.html");
    Invocation written = call("recipes", "--page", page.toString());
    assertThat(written.out().strip()).isEqualTo("page: " + page);
    String html = Files.readString(page);
    for (String name : names()) assertThat(html).contains("<h2 id=\"" + name + "\">");
    assertThat(html).contains("Content-Security-Policy").doesNotContain("src=\"http");
    assertThat(call("recipes", "--page", work.resolve("no/such").toString()).exitCode())
        .isEqualTo(2);
  }

  /** The page of the docs is for those without a clone: what it shows must be right, too. */
  @Test
  void theDocsPresetsAreLegal() throws IOException {
    String docs = Files.readString(ROOT.resolve("docs/temporal-ui.md"));
    Matcher block =
        Pattern.compile("<!-- (\\w+) -->\\s*```json\\n(.*?)```", Pattern.DOTALL).matcher(docs);
    int seen = 0;
    while (block.find()) {
      accepts(block.group(1), Json.parse(block.group(2), "docs/temporal-ui.md"));
      seen++;
    }
    assertThat(seen).isGreaterThanOrEqualTo(4);
  }

  private static void accepts(String type, JsonNode input) {
    switch (type) {
      case "CompressionWorkflow" ->
          assertThat(PlanRequest.resolve(input, RECIPES).network()).isNotEmpty();
      case "SweepWorkflow" ->
          assertThat(SweepPlan.of(input).points())
              .isNotEmpty()
              .allSatisfy(point -> PlanRequest.resolve(point.request(), RECIPES));
      case "TrainWorkflow" -> assertThat(TrainPlan.of(input).finetune().steps()).isPositive();
      default -> throw new AssertionError("no workflow is called " + type);
    }
  }

  private Invocation call(String... arguments) {
    Map<String, String> home = Map.of("ESPALIER_HOME", ROOT.toString());
    return Invocation.of(work, home, SmallStages::of, "", arguments);
  }
}
