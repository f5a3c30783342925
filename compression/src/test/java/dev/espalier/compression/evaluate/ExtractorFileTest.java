package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The TorchScript files were made by {@code compression/src/test/python/author_extractors.py}. */
class ExtractorFileTest {
  private static final int[] COLOUR = {3, 4, 4};

  @TempDir Path folder;

  @Test
  void aTorchScriptFileSeesImagesAsItsJsonSays() throws Exception {
    Path file = copy("means.pt");
    Files.writeString(
        beside(file),
        """
        {"name": "means", "size": 8, "resize": "bicubic", "antialias": true,
         "mean": [0.5, 0.5, 0], "std": [0.5, 1, 1]}
        """);
    ExtractorFile found = ExtractorFile.of(ExtractorName.of("torchscript:" + file));
    assertThat(found.name()).isEqualTo("means");
    assertThat(found.sha256()).matches("[0-9a-f]{64}");
    byte[] pixels = new byte[2 * 3 * 16];
    for (int i = 48; i < 96; i++) pixels[i] = (byte) 255;
    try (Torch.Session session = Torch.open();
        Extractor means = found.open(session, COLOUR)) {
      assertThat(means.width()).isEqualTo(6);
      assertThat(means.classes()).isZero();
      Extractor.Seen seen = means.see(Tensor.of(pixels, 2, 3, 4, 4), false);
      assertThat(seen.probabilities()).isNull();
      assertThat(seen.features().doubles())
          .containsExactly(
              new double[] {-1, -0.5, 0, 1, 0.25, 0, 1, 0.5, 1, 1, 0.25, 1}, within(1e-5));
    }
  }

  @Test
  void theHashCoversTheJsonBesideTheFile() throws Exception {
    Path file = copy("means.pt");
    Files.writeString(beside(file), "{\"name\": \"means\"}");
    String first = ExtractorFile.of(ExtractorName.of("torchscript:" + file)).sha256();
    Files.writeString(beside(file), "{\"name\": \"means\", \"size\": 8}");
    assertThat(ExtractorFile.of(ExtractorName.of("torchscript:" + file)).sha256())
        .isNotEqualTo(first);
  }

  @Test
  void nvidiasInceptionGivesFeaturesAndUnbiasedProbabilities() throws Exception {
    ExtractorFile found =
        ExtractorFile.of(ExtractorName.of("nvidia-inception:" + copy("nvidia.pt")));
    assertThat(found.name()).isEqualTo("inception-v3-nvidia");
    try (Torch.Session session = Torch.open();
        Extractor nvidia = found.open(session, new int[] {1, 2, 2})) {
      assertThat(nvidia.width()).isEqualTo(3);
      assertThat(nvidia.classes()).isEqualTo(3);
      Extractor.Seen seen = nvidia.see(Tensor.of(new byte[] {0, 1, 2, 5}, 1, 1, 2, 2), true);
      assertThat(seen.features().doubles()).containsExactly(2, 2, 2);
      assertThat(seen.probabilities().doubles())
          .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-7));
    }
  }

  @Test
  void inceptionIsReadFromItsWeights() throws Exception {
    Path file = folder.resolve("pt_inception.safetensors");
    Safetensors.write(file, InceptionTest.weights(), Map.of());
    ExtractorFile found = ExtractorFile.of(ExtractorName.of("inception:" + file));
    assertThat(ExtractorName.distance(found.name())).isEqualTo("FID");
    try (Torch.Session session = Torch.open();
        Extractor inception = found.open(session, COLOUR)) {
      assertThat(inception.width()).isEqualTo(2048);
    }
  }

  @Test
  void filesThatAreNotThereOrNotTheseAreRefused() throws Exception {
    refused("inception:" + folder.resolve("none"), "there is no file");
    Path text = Files.writeString(folder.resolve("text"), "hello, this is text");
    refused("inception:" + text, "text");
    refused("nvidia-inception:" + text, "is no TorchScript file that torch can load");
    refused("torchscript:" + text, "needs", "text.json");
    Path other = Path.of(ExtractorFileTest.class.getResource("../checkpoint/tensors.pth").toURI());
    refused("inception:" + other, "tensors.pth");
    Path module = other.resolveSibling("whole-module.pth");
    refused("inception:" + module, "whole-module.pth");
    Path means = copy("means.pt");
    refused("nvidia-inception:" + means, "means.pt fails on images of U8[1, 3, 4, 4]");
    refused("inception:" + means, "means.pt");
    Files.writeString(beside(means), "{\"name\": \"means\", \"std\": [1, 0, 1]}");
    refused("torchscript:" + means, "means.pt.json", "std is [1.0, 0.0, 1.0]");
    Files.writeString(beside(means), "{\"size\": 224}");
    refused("torchscript:" + means, "name is missing");
    Files.writeString(beside(means), "{\"name\": \"means\", \"input\": \"uint8\"}");
    refused("torchscript:" + means, "means.pt fails on images of U8[1, 3, 4, 4]");
    refused("resnet:" + means, "legal are a network's name, inception:PATH");
    refused("torchscript: ", "names no file");
  }

  private void refused(String extractor, String... told) {
    assertThatThrownBy(
            () -> {
              ExtractorFile found = ExtractorFile.of(ExtractorName.of(extractor));
              try (Torch.Session session = Torch.open()) {
                found.open(session, COLOUR).close();
              }
            })
        .isInstanceOf(InvalidInput.class)
        .message()
        .contains(told)
        .doesNotContain("\n");
  }

  private static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + ".json");
  }

  private Path copy(String name) throws Exception {
    try (InputStream in = ExtractorFileTest.class.getResourceAsStream(name)) {
      Path file = folder.resolve(name);
      Files.copy(in, file);
      return file;
    }
  }
}
