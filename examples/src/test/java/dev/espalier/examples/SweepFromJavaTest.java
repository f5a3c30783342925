package dev.espalier.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.client.Espalier;
import dev.espalier.workflows.InProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SweepFromJavaTest {
  @Test
  @Timeout(600)
  void endsWithFourArmsBestFirst() throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (InProcess temporal = new InProcess();
        Espalier espalier = Espalier.over(temporal.client())) {
      SweepFromJava.sweep(espalier, new PrintStream(out, true, StandardCharsets.UTF_8));
    }
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text).startsWith("sweep from-java-").contains("4 of 4 arms are over");
    assertThat(text.lines().filter(line -> line.contains("Fréchet")))
        .hasSize(4)
        .first()
        .asString()
        .startsWith("prune.ratio=0.3 svs.enabled=true")
        .contains("25.000");
  }
}
