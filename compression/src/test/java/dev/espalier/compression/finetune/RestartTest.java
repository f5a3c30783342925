package dev.espalier.compression.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
  private static final List<Restart> TWO = List.of(new Restart(150, 158), new Restart(200, 211));

  @TempDir private Path folder;

  @Test
  void aTrainingGoesBackToTheLastMultipleOfItsInterval() {
    FinetuneConfig config = config("{\"checkpointEvery\": 50}");

    assertThat(Restart.of(config, 158)).isEqualTo(new Restart(150, 158));
    assertThat(Restart.of(config, 151).after()).isEqualTo(150);
    assertThat(Restart.of(config, 150).after()).isEqualTo(100);
    assertThat(Restart.of(config, 1).after()).isZero();
  }

  @Test
  void eachHalvesTheLearningRateOfTheStepsBeyond() {
    FinetuneConfig config = config("{\"learningRate\": 0.5, \"warmup\": 10}");

    assertThat(LearningRate.at(config, 5, TWO)).isEqualTo(0.25);
    assertThat(LearningRate.at(config, 150, TWO)).isEqualTo(0.5);
    assertThat(LearningRate.at(config, 151, TWO)).isEqualTo(0.25);
    assertThat(LearningRate.at(config, 201, TWO)).isEqualTo(0.125);
  }

  @Test
  void theyAreReadBackWithTheStateTheyBelongTo() throws IOException {
    TrainingState state = TinyTraining.start();
    assertThat(state.toContent().metadata()).containsOnlyKeys("espalier.step");

    Path file = Files.write(folder.resolve("state"), TinyTraining.bytes(state.with(TWO)));
    assertThat(TrainingState.of(Safetensors.read(file)).restarts()).isEqualTo(TWO);
    assertThatThrownBy(() -> Restart.parse("150:158,")).isInstanceOf(InvalidInput.class);
  }

  @Test
  void aTrainingWithRestartsContinuedFromACheckpointGivesTheSameBits() throws IOException {
    FinetuneConfig config = TinyTraining.config("float32", 6);
    TrainingState start = TinyTraining.start().with(List.of(new Restart(2, 4)));
    AtomicReference<byte[]> half = new AtomicReference<>();
    TrainingState whole =
        TinyTraining.run(start, config, state -> half.set(TinyTraining.bytes(state)));
    TrainingState read =
        TrainingState.of(Safetensors.read(Files.write(folder.resolve("half"), half.get())));

    assertThat(TinyTraining.run(read, config, state -> {})).isEqualTo(whole);
    assertThat(TinyTraining.run(TinyTraining.start(), config, state -> {}).weights())
        .isNotEqualTo(whole.weights());
  }

  @Test
  void theFieldsForDurabilityAreLeftOutOfJsonAtTheirDefaults() {
    String plain = Json.write(FinetuneConfig.defaults());
    assertThat(plain).doesNotContain("checkpointSeconds", "onDivergence");
    assertThat(Json.write(config("{\"checkpointSeconds\": 0, \"onDivergence\": \"fail\"}")))
        .isEqualTo(plain);
    assertThat(Json.write(config("{\"checkpointSeconds\": 60, \"onDivergence\": \"restore\"}")))
        .contains("\"checkpointSeconds\":60.0", "\"onDivergence\":\"restore\"");
    assertThatThrownBy(() -> config("{\"onDivergence\": \"retry\"}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("finetune.onDivergence is 'retry'; legal are [fail, restore]");
    assertThatThrownBy(() -> config("{\"checkpointSeconds\": -1}"))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("finetune.checkpointSeconds is -1; legal are 0 to 1000000");
  }

  private static FinetuneConfig config(String json) {
    return Json.read(json, FinetuneConfig.class, "test");
  }
}
