package dev.espalier.compression.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreshProcessTest {
  private static final String STEPS = "50";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"float32", "bfloat16"})
  void fiftyStepsGiveTheSameBitsInAnyProcessAndAfterAKill(String precision) throws Exception {
    Path once = folder.resolve("once");
    Path again = folder.resolve("again");
    Path half = folder.resolve("half");
    Path never = folder.resolve("never");
    Path continued = folder.resolve("continued");
    assertThat(process(precision, "-", once)).isZero();
    assertThat(process(precision, "-", again)).isZero();
    assertThat(again).hasSameBinaryContentAs(once);

    assertThat(process(precision, "-", never, half)).isEqualTo(TinyTraining.KILLED);
    assertThat(never).doesNotExist();
    assertThat(process(precision, half.toString(), continued)).isZero();
    assertThat(continued).hasSameBinaryContentAs(once);
  }

  private int process(String precision, String from, Path... to)
      throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath,
                TinyTraining.class.getName(),
                precision,
                STEPS,
                from));
    for (Path path : to) command.add(path.toString());
    File log = folder.resolve("log").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(Files.readString(log.toPath())).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return process.exitValue();
  }
}
