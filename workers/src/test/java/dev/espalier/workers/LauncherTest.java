package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path LAUNCHER =
      Path.of(System.getProperty("espalier.root"), "espalier").toAbsolutePath();

  private static final Path SERVERS = LAUNCHER.resolveSibling("infra/install-servers");

  @TempDir Path folder;

  private record Outcome(int exitCode, String output) {}

  @Test
  void shellcheckFindsNothing() throws Exception {
    assumeTrue(
        List.of(System.getenv("PATH").split(":")).stream()
            .anyMatch(path -> Files.isExecutable(Path.of(path, "shellcheck"))),
        "shellcheck is not installed");
    Outcome check =
        call(
            Map.of(),
            "shellcheck",
            "-x",
            "--source-path=" + LAUNCHER.getParent(),
            LAUNCHER.toString(),
            SERVERS.toString(),
            SERVERS.resolveSibling("up").toString(),
            SERVERS.resolveSibling("down").toString(),
            SERVERS.resolveSibling("stack.sh").toString(),
            SERVERS.resolveSibling("worker-health").toString(),
            SERVERS.resolveSibling("temporal/schema.sh").toString(),
            SERVERS.resolveSibling("temporal/namespace.sh").toString());
    assertThat(check.output()).isEmpty();
    assertThat(check.exitCode()).isZero();
  }

  @Test
  void anOldJavaIsRefusedInOneLine() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
    Path java = bin.resolve("java");
    Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Outcome old = launch(folder.resolve("jdk").toString());
    assertThat(old.exitCode()).isEqualTo(2);
    assertThat(old.output().lines())
        .containsExactly(
            "espalier: " + java + " is Java 11; a JDK 17 or newer is needed (set JAVA_HOME)");
  }

  @Test
  void aJavaHomeWithoutJavaIsRefusedInOneLine() throws Exception {
    Outcome none = launch(folder.toString());
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.output().lines()).hasSize(1);
    assertThat(none.output()).contains("holds no bin/java");
  }

  @Test
  void serversThatCannotBeInstalledAreNamedAndAreNoEnd() throws Exception {
    Outcome none =
        call(
            Map.of("PYTHON", "no-python", "GO", "no-go"),
            "sh",
            SERVERS.toString(),
            folder.toString());
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.output().lines())
        .containsExactly(
            "install-servers: Temporal is absent: there is no no-python with venv and pip to"
                + " install it with",
            "install-servers: MinIO is absent: there is no Go 1.21 or newer to build it with");
  }

  private static Outcome launch(String javaHome) throws Exception {
    return call(Map.of("JAVA_HOME", javaHome), "sh", LAUNCHER.toString(), "--help");
  }

  private static Outcome call(Map<String, String> variables, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Outcome(process.waitFor(), output);
  }
}
