package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.tensor.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MetricScriptTest {
  @Test
  void theResourceWasMadeFromTheSourceBesideIt() throws Exception {
    String source = "compression/src/main/python/author_metrics.py";
    byte[] text = Files.readAllBytes(Path.of(System.getProperty("espalier.root"), source));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
    try (Torch.Session session = Torch.open()) {
      assertThat(MetricScript.of(session).text("source"))
          .as("run python %s", source)
          .isEqualTo(HexFormat.of().formatHex(digest));
    }
  }
}
