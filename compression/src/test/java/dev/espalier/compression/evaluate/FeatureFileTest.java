package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureFileTest {
  private static final Tensor ROWS = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);

  @TempDir Path folder;

  @Test
  void rowsAddedOneAfterAnotherAreOneSafetensorsFile() throws Exception {
    Path file = folder.resolve("features.safetensors");
    try (FeatureFile out = FeatureFile.create(file, 3, 2)) {
      out.add(ROWS.select(0, new int[] {0, 1}));
      assertThat(FeatureFile.rows(file, 1, 2)).isEqualTo(ROWS.select(0, new int[] {1}));
      assertThatThrownBy(() -> FeatureFile.rows(file, 1, 3)).hasMessageContaining("no row 2");
      out.add(ROWS.select(0, new int[] {2}));
    }
    assertThat(FeatureFile.rows(file, 1, 3)).isEqualTo(ROWS.select(0, new int[] {1, 2}));
    assertThat(FeatureFile.map(file)).isEqualTo(ROWS);
    assertThat(Safetensors.read(file).tensors().get("features")).isEqualTo(ROWS);
  }

  @Test
  void aFileThatLacksRowsIsAnError() throws Exception {
    FeatureFile out = FeatureFile.create(folder.resolve("short"), 3, 2);
    out.add(ROWS.select(0, new int[] {0}));
    assertThatThrownBy(out::close).hasMessageContaining("2 rows");
  }

  @Test
  void filesThatAreOthersOrBrokenAreRefused() throws Exception {
    Path other = folder.resolve("other");
    Safetensors.write(other, new StateDict(Map.of("weights", ROWS)), Map.of());
    refused(other);
    Safetensors.write(
        other, new StateDict(Map.of("features", Tensor.of(new double[4], 2, 2))), Map.of());
    refused(other);
    Safetensors.write(other, new StateDict(Map.of("features", ROWS)), Map.of());
    byte[] whole = Files.readAllBytes(other);
    for (int size : new int[] {0, 5, 20, whole.length - 4}) {
      Files.write(other, Arrays.copyOf(whole, size));
      refused(other);
    }
  }

  @Test
  void moreThanTwoGibibytesAreRefused() {
    assertThatThrownBy(() -> FeatureFile.create(folder.resolve("big"), 1_000_000, 2048))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("1,000,000 images with 2,048 features");
  }

  private static void refused(Path file) {
    assertThatThrownBy(() -> FeatureFile.map(file)).isInstanceOf(InvalidInput.class);
  }
}
