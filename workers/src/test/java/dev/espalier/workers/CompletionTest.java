package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script as a real shell has it. */
@DisabledOnOs(OS.WINDOWS)
class CompletionTest {
  @TempDir Path home;

  @BeforeEach
  void recipesAndRuns() throws IOException {
    Path recipes = Files.createDirectories(home.resolve("recipes"));
    Files.writeString(recipes.resolve("demo.json"), "{}");
    Files.writeString(recipes.resolve("d1-cifar10.json"), "{}");
    Files.createDirectories(home.resolve("state/s3/espalier/runs/demo-0123456789ab"));
    Files.createDirectories(home.resolve("state/s3/espalier/stages/prune"));
    Files.writeString(home.resolve("state/runs.txt"), "mine-aaaaaaaaaaaa\n");
    Files.createDirectories(home.resolve("a folder"));
  }

  @Test
  void commandsAndOptionsAreCompleted() throws Exception {
    assertThat(bash("espalier", "st")).containsExactly("status");
    assertThat(bash("espalier", "")).contains("run", "sweep", "logs", "completion", "--help");
    assertThat(bash("espalier", "status", "--w")).containsExactlyInAnyOrder("--watch", "--work");
    assertThat(bash("espalier", "--verbose", "status", "--wat")).containsExactly("--watch");
    assertThat(bash("espalier", "logs", "-")).contains("--follow", "--json", "--help");
  }

  @Test
  void recipesRunsAndFieldsAreCompleted() throws Exception {
    assertThat(bash("espalier", "run", "de")).containsExactly("demo");
    assertThat(bash("espalier", "sweep", "d1")).containsExactly("d1-cifar10");
    assertThat(bash("espalier", "logs", ""))
        .containsExactly("demo-0123456789ab", "mine-aaaaaaaaaaaa");
    assertThat(bash("espalier", "pause", "mine")).containsExactly("mine-aaaaaaaaaaaa");
    assertThat(bash("espalier", "run", "demo", "--set", "prune.rat"))
        .containsExactly("prune.ratio=");
    assertThat(bash("espalier", "worker", "--queues", "g")).containsExactly("gpu");
    assertThat(bash("espalier", "completion", "")).containsExactly("bash", "zsh");
    assertThat(bash("espalier", "run", "--metrics-port", "")).isEmpty();
    assertThat(bash("espalier", "run", "demo", "")).isEmpty();
    assertThat(bash("espalier", "compare", "mine", "demo-0")).containsExactly("demo-0123456789ab");
    assertThat(bash("espalier", "recipes", "")).containsExactly("d1-cifar10", "demo");
    assertThat(bash("espalier", "schedule", "c")).containsExactly("create");
    assertThat(bash("espalier", "schedule", "create", "")).isEmpty();
    assertThat(bash("espalier", "schedule", "create", "nightly", "d1"))
        .containsExactly("d1-cifar10");
    assertThat(bash("espalier", "schedule", "--zone", "UTC", "create", "nightly", "d1"))
        .containsExactly("d1-cifar10");
  }

  /** Bash begins a word at each ':', and at what follows it. */
  @Test
  void theTimeOfAScheduledRunIsCompleted() throws Exception {
    String nightly = "scheduled-nightly-2026-11-22T02:00:00Z";
    Files.writeString(
        home.resolve("state/runs.txt"), nightly + "\nscheduled-nightly-2026-11-22T02:00:30Z\n");
    String hour = nightly.substring(0, nightly.indexOf(':'));
    assertThat(bash("espalier", "open", "sched")).contains(nightly).hasSize(2);
    assertThat(bash("espalier", "open", hour, ":")).containsExactly("00:00Z", "00:30Z");
    assertThat(bash("espalier", "open", hour, ":", "0")).containsExactly("00:00Z", "00:30Z");
    assertThat(bash("espalier", "open", hour, ":", "00", ":")).containsExactly("00Z", "30Z");
    assertThat(bash("espalier", "open", hour, ":", "00", ":", "3")).containsExactly("30Z");
    assertThat(bash("espalier", "compare", "demo", hour, ":", "00", ":", "3"))
        .containsExactly("30Z");
    assertThat(bash("espalier", "open", hour + ":00:3"))
        .containsExactly("scheduled-nightly-2026-11-22T02:00:30Z");
    assertThat(bash("espalier", "open", hour, ":", "9")).isEmpty();
  }

  @Test
  void filesAndFoldersAreCompleted() throws Exception {
    assertThat(bash("espalier", "run", home + "/recipes/de"))
        .containsExactly(home + "/recipes/demo.json");
    assertThat(bash("espalier", "run", "--work", home + "/a")).containsExactly(home + "/a folder");
  }

  @Test
  void everyCommandHasItsOptions() throws Exception {
    for (String command : bash("espalier", "")) {
      if (command.startsWith("-")) continue;
      assertThat(bash("espalier", command, "--hel")).as(command).containsExactly("--help");
    }
  }

  @Test
  void anUnknownShellIsRefused() {
    Invocation fish = Invocation.of(home, "completion", "fish");
    assertThat(fish.exitCode()).isEqualTo(2);
    assertThat(fish.said())
        .containsExactly("espalier: shell 'fish' is not known; legal are bash and zsh");
  }

  @Test
  void zshTakesItThroughItsBashCompletion() throws Exception {
    Assumptions.assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "zsh"))),
        "zsh is not installed");
    String script = script("zsh");
    String asked =
        script
            + "\nsetopt ksharrays\nCOMP_WORDS=(espalier logs mine)\nCOMP_CWORD=2\n_espalier\n"
            + "print -l -- \"${COMPREPLY[@]}\"\n[[ ${_comps[espalier]} == *_espalier* ]]\n";
    // What begins otherwise is left out by zsh itself, when a person asks.
    assertThat(shell("zsh", "-f", asked)).contains("mine-aaaaaaaaaaaa");
  }

  private List<String> bash(String... words) throws Exception {
    StringBuilder asked = new StringBuilder(script("bash")).append("\nCOMP_WORDS=(");
    for (String word : words) asked.append(" '").append(word).append("'");
    asked.append(")\nCOMP_CWORD=").append(words.length - 1);
    asked.append("\n_espalier\nfor word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done\n");
    asked.append("complete -p espalier >&2 || exit 1\n");
    return shell("bash", "--norc", asked.toString());
  }

  private String script(String shell) {
    Invocation script = Invocation.of(home, "completion", shell);
    assertThat(script.exitCode()).as(script.err()).isZero();
    return script.out();
  }

  private List<String> shell(String shell, String bare, String script) throws Exception {
    Path file = Files.writeString(home.resolve("script"), script);
    List<String> command = new ArrayList<>(List.of(shell, bare, file.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(Map.of("ESPALIER_WORK", home.resolve("state").toString()));
    builder.redirectError(home.resolve("said").toFile());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(home.resolve("said"))).isZero();
    return said.lines().toList();
  }
}
