package dev.espalier.compression.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An installed PyTorch whose binary interface does not fit is refused before anything is loaded.
 */
class PytorchVersionTest {
  @TempDir Path folder;

  @Test
  void anotherVersionIsRefused() throws Exception {
    Path library = Files.createDirectories(folder.resolve("torch/lib"));
    Files.writeString(
        library.resolveSibling("version.py"),
        "__all__ = ['__version__']\n__version__ = '2.9.0+cu128'\ndebug = False\n");
    assertThat(open(Map.of("PYTORCH_LIBRARY_PATH", library.toString())))
        .isEqualTo(
            "refused: PYTORCH_LIBRARY_PATH holds PyTorch 2.9.0+cu128; only 2.7.1 works"
                + " (pip install torch==2.7.1)");
  }

  @Test
  void aFolderWithoutAVersionIsRefused() throws Exception {
    Path library = Files.createDirectories(folder.resolve("torch/lib"));
    assertThat(open(Map.of("PYTORCH_LIBRARY_PATH", library.toString())))
        .startsWith("refused: PYTORCH_LIBRARY_PATH: ")
        .endsWith("version.py cannot be read, so the PyTorch version is unknown; only 2.7.1 works");
  }

  @Test
  void aGpuNeedsAnInstalledPyTorch() throws Exception {
    assertThat(open(Map.of("ESPALIER_DEVICE", "cuda")))
        .startsWith("refused: ESPALIER_DEVICE is cuda, but PYTORCH_LIBRARY_PATH is not set;");
  }

  /** What opening a session in a process with these variables comes to. */
  private String open(Map<String, String> variables) throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(java.toString(), "-cp", classPath, Opening.class.getName());
    builder.environment().putAll(variables);
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(log).strip();
  }

  /** The process. */
  static final class Opening {
    public static void main(String[] args) {
      try (Torch.Session session = Torch.open()) {
        System.out.println("opened " + session.environment());
      } catch (InvalidInput e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }
}
