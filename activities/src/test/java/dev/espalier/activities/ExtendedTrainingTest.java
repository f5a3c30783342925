package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.finetune;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.workflows.FinetuneActivity;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtendedTrainingTest {
  @TempDir private Path folder;
  @TempDir private Path elsewhere;
  private StageBench stages;
  private InActivity activities;

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
    activities = new InActivity(stages.bench);
  }

  @AfterEach
  void close() {
    activities.close();
  }

  @Test
  void aHundredStepsAndFiftyMoreAreAHundredAndFifty() throws Exception {
    FinetuneActivity.Result first = activities.finetune(finetune(DENSE, 100));
    FinetuneActivity.Result extended = activities.finetune(finetune(DENSE, 150));

    StageBench others = new StageBench(elsewhere);
    FinetuneActivity.Result atOnce;
    try (InActivity there = new InActivity(others.bench)) {
      atOnce = there.finetune(finetune(DENSE, 150));
    }

    assertThat(first.resumedFrom()).isZero();
    assertThat(extended.resumedFrom()).isEqualTo(100);
    assertThat(extended.steps()).isEqualTo(150);
    assertThat(atOnce.resumedFrom()).isZero();
    assertThat(stages.sha256(extended.network())).isEqualTo(others.sha256(atOnce.network()));
    assertThat(stages.sha256(extended.network())).isNotEqualTo(stages.sha256(first.network()));
    assertThat(stages.curve(extended.network())).isEqualTo(others.curve(atOnce.network()));
    assertThat(extended.loss()).isEqualTo(atOnce.loss());
    assertThat(extended.validationLoss()).isEqualTo(atOnce.validationLoss());
    assertThat(stages.stored(extended.network()).numbers().path("extended").asText())
        .isEqualTo(stages.stored(first.network()).manifest().key());
  }

  @Test
  void aShorterOneIsServedByALongerOnesCheckpoint() {
    activities.finetune(with(10, "checkpointEvery", "8"));
    FinetuneActivity.Result shorter = activities.finetune(with(9, "onDivergence", "restore"));

    assertThat(shorter.resumedFrom()).isEqualTo(8);
  }

  @Test
  void whatTellsInTheStateMakesAnotherLine() {
    activities.finetune(finetune(DENSE, 6));

    assertThat(activities.finetune(with(10, "learningRate", "0.002")).resumedFrom()).isZero();
    assertThat(activities.finetune(with(10, "seed", "2")).resumedFrom()).isZero();
  }

  @Test
  void aCosineEndsWhereItWasAskedToAndIsNotExtended() {
    activities.finetune(with(6, "schedule", "\"cosine\""));

    assertThat(activities.finetune(with(10, "schedule", "\"cosine\"")).resumedFrom()).isZero();
  }

  private static FinetuneActivity.Request with(int steps, String field, String value) {
    FinetuneActivity.Request plain = finetune(DENSE, steps);
    ObjectNode config = Json.MAPPER.valueToTree(plain.config());
    config.set(field, Json.parse(value.matches("[a-z]+") ? '"' + value + '"' : value, "test"));
    return new FinetuneActivity.Request(
        "run", plain.network(), plain.data(), Json.bind(config, FinetuneConfig.class, "test"));
  }
}
