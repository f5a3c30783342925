package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole commands over the server and the store in process; only the stages are small. */
class RunTest {
  @TempDir Path work;

  @Test
  void aRunEndsWithItsTableAndItsReport() throws IOException {
    Invocation run = Invocation.of(work, "run");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.said().get(0)).startsWith("Temporal  in this process");
    assertThat(run.said().get(1)).startsWith("results   folder " + work).contains("/metrics");
    assertThat(run.err()).contains("prune: diff-pruning · 50 %").contains("report: done");
    assertThat(run.out()).contains("dense").contains("svs, finetuned").contains("47.250");
    assertThat(run.out()).contains("20.000 [18.500, 21.250]").contains("recall").contains("0.5000");
    String id = run.run();
    assertThat(id).matches("fashion-ddpm-[0-9a-f]{12}");
    Path report = work.resolve("state/reports/" + id + ".html");
    assertThat(run.out()).contains("report: " + report);
    assertThat(report).content().contains("1 results");

    Invocation status = Invocation.of(work, "status", "--json");
    JsonNode line = Json.parse(status.out(), "status").get(0);
    assertThat(line.get("run").textValue()).isEqualTo(id);
    assertThat(line.get("report").booleanValue()).isTrue();
    assertThat(Invocation.of(work, "status").out()).contains(id).contains("on the shelf");

    Files.delete(report);
    Invocation again = Invocation.of(work, "report", id);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(report).exists();
  }

  @Test
  void jsonIsAllThatStandardOutputHolds() {
    Invocation run =
        Invocation.of(
            work, Map.of(), SmallStages::of, "{\"prune\": {\"ratio\": 0.7}}", "run", "-", "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode result = Json.parse(run.out(), "result");
    assertThat(result.at("/plan/prune/ratio").doubleValue()).isEqualTo(0.7);
    assertThat(result.at("/finetuned/frechetDistance").doubleValue()).isEqualTo(47.25);
  }

  @Test
  void singleFieldsAreSetOverWhatWasGiven() {
    Invocation run =
        Invocation.of(
            work,
            "run",
            "{\"prune\": {\"ratio\": 0.7, \"seed\": 2}}",
            "--set",
            "prune.ratio=0.3",
            "--set",
            "prune.criterion=magnitude",
            "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode plan = Json.parse(run.out(), "result").at("/plan/prune");
    assertThat(plan.get("ratio").doubleValue()).isEqualTo(0.3);
    assertThat(plan.get("criterion").textValue()).isEqualTo("magnitude");
    assertThat(plan.get("seed").intValue()).isEqualTo(2);
  }

  @Test
  void theSamePlanIsTheSameRunHoweverItIsWritten() throws IOException {
    Path plan = Files.writeString(work.resolve("p.json"), "{\"prune\": {\"ratio\": 0.50}}");
    assertThat(Invocation.of(work, "run", plan.toString()).run())
        .isEqualTo(Invocation.of(work, "run", "{}").run());
  }

  @Test
  void aStageThatFailsEndsInOneLineAndExitCodeOne() {
    Invocation run = Invocation.of(work, "run", "{\"prune\": {\"seed\": 14}}");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("espalier: loss is not a number at step 3")
        .doesNotContain("\tat");
  }

  @Test
  void badInputThatAStageFindsEndsInItsLineAndExitCodeTwo() {
    Invocation torn = Invocation.of(work, "run", "{\"prune\": {\"seed\": 13}}");
    assertThat(torn.exitCode()).isEqualTo(2);
    assertThat(torn.said()).endsWith("espalier: network.safetensors is torn at byte 13");
    Invocation unknown = Invocation.of(work, "run", "{\"network\": \"nope\"}");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.said()).endsWith("espalier: network 'nope' does not exist");
  }

  @Test
  void aSweepRanksItsArmsAndTellsOfThoseThatFailed() {
    Invocation sweep =
        Invocation.of(work, "sweep", "{\"name\": \"s\", \"axes\": {\"prune.seed\": [1, 14]}}");
    assertThat(sweep.exitCode()).as(sweep.err()).isEqualTo(1);
    assertThat(sweep.out())
        .contains("prune.seed=1 ")
        .contains("prune.seed=14: failed: loss is not a number at step 3")
        .contains("report: ");
    assertThat(sweep.run()).matches("s-[0-9a-f]{12}");
  }

  @Test
  void theDemoIsTheSweepOfThatRecipe() throws IOException {
    Path recipes = Files.createDirectories(work.resolve("recipes"));
    Files.writeString(
        recipes.resolve("demo.json"),
        "{\"name\": \"demo\", \"axes\": {\"svs.enabled\": [false, true]}}");
    Invocation demo = Invocation.of(work, "demo", "--json");
    assertThat(demo.exitCode()).as(demo.err()).isZero();
    assertThat(Json.parse(demo.out(), "demo").get("arms")).hasSize(2);
  }

  @Test
  void aTrainingEndsWithItsNumbers() {
    Invocation train =
        Invocation.of(work, "train", "{\"name\": \"mine\", \"network\": {\"any\": 1}}");
    assertThat(train.exitCode()).as(train.err()).isZero();
    assertThat(train.out()).contains("stages/train/").contains("0.2000");
    assertThat(train.run()).matches("train-mine-[0-9a-f]{12}");
  }
}
