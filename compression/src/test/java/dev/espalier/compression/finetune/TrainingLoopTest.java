package dev.espalier.compression.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingLoopTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"float32", "bfloat16"})
  void theSameTrainingGivesTheSameBits(String precision) {
    FinetuneConfig config = TinyTraining.config(precision, 6);
    TrainingState once = TinyTraining.run(TinyTraining.start(), config, state -> {});
    TrainingState again = TinyTraining.run(TinyTraining.start(), config, state -> {});
    assertThat(once.step()).isEqualTo(6);
    assertThat(once.weights()).isNotEqualTo(TinyTraining.start().weights());
    assertThat(again).isEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(strings = {"float32", "bfloat16"})
  void aTrainingContinuedFromACheckpointGivesTheSameBits(String precision) throws IOException {
    FinetuneConfig config = TinyTraining.config(precision, 6);
    AtomicReference<byte[]> half = new AtomicReference<>();
    TrainingState whole =
        TinyTraining.run(
            TinyTraining.start(), config, state -> half.set(TinyTraining.bytes(state)));
    Path checkpoint = Files.write(folder.resolve("checkpoint.safetensors"), half.get());
    TrainingState read = TrainingState.of(Safetensors.read(checkpoint));
    assertThat(read.step()).isEqualTo(3);
    assertThat(TinyTraining.run(read, config, state -> {})).isEqualTo(whole);
  }
}
