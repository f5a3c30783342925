package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.process.Stages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dry run of the clone's own recipes, over a shelf of its own. */
class PlanTest {
  @TempDir Path work;

  @Test
  void aRunIsToldStageByStageAndNothingIsPutOnTheShelf() throws IOException {
    Invocation plan = plan("fashion-ddpm", "--no-probe", "--json", "--set", "prune.ratio=0.7");
    assertThat(plan.exitCode()).as(plan.err()).isZero();
    JsonNode report = Json.parse(plan.out(), "plan");
    assertThat(report.get("command").asText()).isEqualTo("run");
    assertThat(report.get("run").asText()).matches("fashion-ddpm-[0-9a-f]{12}");
    assertThat(report.at("/arms/0/plan/prune/ratio").doubleValue()).isEqualTo(0.7);
    assertThat(report.at("/arms/0/plan/finetune/beta1").doubleValue()).isEqualTo(0.9);
    assertThat(report.at("/arms/0/dense/parameters").longValue()).isEqualTo(1_112_801);
    assertThat(report.at("/arms/0/pruned/parameters").longValue()).isEqualTo(163_411);
    assertThat(report.at("/arms/0/pruned/macs").longValue()).isEqualTo(33_183_460);
    List<String> steps = new ArrayList<>();
    for (JsonNode stage : report.get("stages")) {
      steps.add(stage.get("step").asText());
      assertThat(stage.get("key").asText()).matches("[0-9a-f]{20}");
      assertThat(stage.get("reused").asBoolean()).isFalse();
      assertThat(stage.at("/cost/storageBytes").longValue()).isPositive();
      assertThat(stage.at("/cost/seconds").isNumber()).isFalse();
    }
    assertThat(steps)
        .containsExactly(
            "evaluate dense", "prune", "evaluate pruned", "svs", "finetune", "evaluate");
    assertThat(report.at("/total/stages").intValue()).isEqualTo(6);
    assertThat(objects()).isEmpty();
  }

  @Test
  void aSweepsArmsShareWhatTheyHaveInCommon() {
    Invocation plan = plan("demo", "--no-probe", "--json");
    assertThat(plan.exitCode()).as(plan.err()).isZero();
    JsonNode report = Json.parse(plan.out(), "plan");
    assertThat(report.get("command").asText()).isEqualTo("sweep");
    assertThat(report.get("arms")).hasSize(4);
    // dense; per ratio: prune, evaluate pruned; per arm: finetune, evaluate; per scaled arm: svs
    assertThat(report.get("stages")).hasSize(1 + 2 * 2 + 4 * 2 + 2);
    assertThat(report.at("/stages/0/arms")).hasSize(4);
  }

  @Test
  void thePrintedTablesHoldPlanSizesKeysAndTotals() {
    Invocation plan = plan("fashion-ddpm", "--no-probe");
    assertThat(plan.exitCode()).as(plan.err()).isZero();
    assertThat(plan.out())
        .contains("by `espalier run`")
        .contains("\"timestepStride\" : 10")
        .contains("1,112,801")
        .contains("190,039,088")
        .contains("to do")
        .contains("6 stages to do, 0 on the shelf; storage ")
        .contains("time and memory not probed");
  }

  @Test
  void whatIsWrongIsToldAsTheRunWould() {
    refused("recipe 'nope' does not exist; there are: d1-cifar10-diff-pruning,", "nope");
    refused("plan: prune.ratio is 1.5; legal", "fashion-ddpm", "--set", "prune.ratio=1.5");
    refused("arm prune.ratio=0.5 svs.enabled=false: plan: ", "demo", "--set", "seed=x");
    refused("'train-fashion-ddpm' is a training", "train-fashion-ddpm");
    refused(
        "network 'nope' is neither on the shelf nor in", "fashion-ddpm", "--set", "network=nope");
  }

  private void refused(String line, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--no-probe");
    Invocation plan = plan(all.toArray(String[]::new));
    assertThat(plan.exitCode()).as(plan.out() + plan.err()).isEqualTo(2);
    assertThat(plan.said()).hasSize(1).first().asString().contains(line);
    assertThat(plan.out()).isEmpty();
  }

  private Invocation plan(String... arguments) {
    List<String> all = new ArrayList<>(List.of("plan"));
    all.addAll(List.of(arguments));
    return Invocation.of(
        work,
        Map.of("ESPALIER_HOME", System.getProperty("espalier.root")),
        Stages::onShelf,
        "",
        all.toArray(String[]::new));
  }

  private List<Path> objects() throws IOException {
    try (Stream<Path> files = Files.walk(work.resolve("state/s3"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
