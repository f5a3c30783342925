package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mistakes made most: each is answered in one line that says what to do next. */
class MistakesTest {
  @TempDir Path work;

  @Test
  void anUnknownCommand() {
    answered(
        "there is no command 'statsu' (did you mean 'status'?); `espalier --help` lists the commands",
        "statsu");
  }

  @Test
  void noCommand() {
    answered("Missing required subcommand; `espalier --help` lists the commands");
  }

  @Test
  void anUnknownOption() {
    answered(
        "Unknown option: '--jsno' (did you mean '--json'?); `espalier run --help` shows what is legal",
        "run",
        "--jsno");
  }

  @Test
  void anOptionWithoutItsValueOrWithAWrongOne() {
    answered("`espalier extend --help` shows what is legal", "extend", "any");
    answered("`espalier extend --help` shows what is legal", "extend", "any", "--steps", "many");
  }

  @Test
  void aRecipeByTheWrongName() throws IOException {
    Path recipes = Files.createDirectories(work.resolve("recipes"));
    Files.writeString(recipes.resolve("fashion-ddpm.json"), "{}");
    answered(
        "recipe 'fashon-ddpm' does not exist (did you mean 'fashion-ddpm'?); there are:"
            + " fashion-ddpm",
        "run",
        "fashon-ddpm");
    answered("recipe 'mnist' does not exist; there are: fashion-ddpm", "run", "mnist");
  }

  @Test
  void anUnknownRun() {
    answered("`espalier status` lists the runs there are", "report", "nope");
    answered("`espalier status` lists the runs there are", "logs", "nope");
  }

  @Test
  void aServerThatIsAway() {
    answered(
        "no Temporal server answers at 127.0.0.1:1; start it, or leave out --temporal and"
            + " TEMPORAL_ADDRESS to use what there is on this machine",
        "run",
        "--temporal",
        "127.0.0.1:1");
    answered("name one with --temporal or TEMPORAL_ADDRESS", "pause", "any");
  }

  @Test
  void aPortInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      answered("is taken; give another with --metrics-port", "run", "--metrics-port", port);
    }
  }

  @Test
  void aStoreWithoutItsCredentials() {
    answered(
        Map.of("S3_ENDPOINT", "http://127.0.0.1:1"),
        "S3_ACCESS_KEY: must not be empty where S3_ENDPOINT is set; set it, or leave out"
            + " S3_ENDPOINT to keep results in a folder",
        "run");
  }

  @Test
  void aFileThatIsNotThere() {
    answered("; `espalier recipes` lists the plans that are here", "run", "plans/none.json");
  }

  @Test
  void aSyntaxErrorInJson() throws IOException {
    Path file = Files.writeString(work.resolve("plan.json"), "{\n \"prune\": {\"ratio\": 0.5,}\n}");
    answered("plan.json: not JSON in line 2, column 2", "run", file.toString());
    answered("; a shell wants the object in single quotes", "run", "{prune: 1}");
  }

  @Test
  void aWrongField() {
    answered("unknown field 'prune.ratoi'; legal here are: ", "run", "--set", "prune.ratoi=0.5");
  }

  @Test
  void aRatioOutOfRange() {
    answered("legal: 0 <= ratio < 1", "run", "--set", "prune.ratio=70");
  }

  private void answered(String remedy, String... arguments) {
    answered(Map.of(), remedy, arguments);
  }

  private void answered(Map<String, String> variables, String remedy, String... arguments) {
    Invocation wrong = Invocation.of(work, variables, SmallStages::of, "", arguments);
    assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
    assertThat(wrong.said()).hasSize(1);
    assertThat(wrong.err()).startsWith("espalier: ").contains(remedy).doesNotContain("\tat ");
    assertThat(wrong.out()).isEmpty();
  }
}
