package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.workers.process.Stages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each gives one clear line, exit code 2, and no stack trace. */
class BadInputTest {
  @TempDir Path work;

  @Test
  void anUnknownFieldIsNamedWithTheLegalOnes() {
    refused("unknown field 'prun'; legal here are: data, evaluate", "run", "{\"prun\": {}}");
  }

  @Test
  void aRatioOutOfRangeIsNamedWithTheLegalRange() {
    refused("1.5; legal: 0 <= ratio < 1", "run", "{\"prune\": {\"ratio\": 1.5}}");
  }

  @Test
  void aRecipeThatDoesNotExistIsNamedWithThoseThatDo() throws IOException {
    recipe("quick", "{}");
    refused("'quik' does not exist (did you mean 'quick'?); there are: quick", "run", "quik");
    refused(
        "'quik' does not exist (did you mean 'quick'?); there are: quick",
        "run",
        "{\"recipe\": \"quik\"}");
  }

  @Test
  void aSweepIsNoRunAndIsToldHowToStart() {
    refused(
        "this is no single compression; start it with `espalier sweep`", "run", "{\"axes\": {}}");
  }

  @Test
  void aFieldThatCannotBeSetIsNamed() {
    refused("--set 'prune.ratio': legal is FIELD=VALUE", "run", "--set", "prune.ratio");
    refused("'network' is \"a\", which has", "run", "{\"network\": \"a\"}", "--set", "network.x=1");
    refused("unknown field 'prune.ratoi'", "run", "--set", "prune.ratoi=0.5");
    refused(
        "arm seed=1: plan: prune.ratio is 2",
        "sweep",
        "{\"axes\": {\"seed\": [1]}}",
        "--set",
        "prune.ratio=2");
  }

  @Test
  void aFileThatDoesNotExistIsNamed() {
    refused("file 'plans/none.json' does not exist", "run", "plans/none.json");
  }

  @Test
  void whatIsNoJsonIsSaidToBeNone() throws IOException {
    Path file = Files.writeString(work.resolve("plan.json"), "{\"prune\":");
    refused("plan.json: not JSON in line 1, column ", "run", file.toString());
    refused("argument: not JSON in line 1", "run", "{oops");
  }

  @Test
  void aBrokenArmIsNamedBeforeAnythingIsStarted() {
    refused("arm prune.ratio=2: plan: ", "sweep", "{\"axes\": {\"prune.ratio\": [0.5, 2]}}");
    assertThat(work.resolve("state")).doesNotExist();
  }

  @Test
  void aSilenceOutOfRangeIsNamedWithTheLegalRange() {
    Map<String, String> silence = Map.of("ESPALIER_SILENCE_SECONDS", "0");
    Invocation run = Invocation.of(work, silence, Stages::onShelf, "", "run", "{}");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("ESPALIER_SILENCE_SECONDS is 0; legal are 1 to 86400");
  }

  @Test
  void aTrainingWithoutNetworkIsRefused() {
    refused("network is missing", "train", "{}");
  }

  @Test
  void aWorkFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(work.resolve("file"), "");
    refused("work folder " + file + " cannot be written", "run", "--work", file.toString());
    refused(file + " cannot be written", "status", "--work", file.toString());
  }

  @Test
  void aNearlyFullDiskIsRefusedBeforeWorkBegins() {
    Invocation full =
        Invocation.of(
            work, Map.of("ESPALIER_MIN_FREE_MB", "999999999999"), SmallStages::of, "", "run");
    assertRefused(full, "MB free, but 999,999,999,999 MB are needed");
  }

  @Test
  void aMetricsPortThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      refused("metrics port " + port + " is taken", "run", "--metrics-port", port);
      Map<String, String> variable = Map.of("ESPALIER_METRICS_PORT", port);
      assertRefused(
          Invocation.of(work, variable, SmallStages::of, "", "run"), "port " + port + " is taken");
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsNamed() {
    refused("no Temporal server answers at 127.0.0.1:1", "run", "--temporal", "127.0.0.1:1");
    refused("Temporal address 'nonsense' is not legal", "run", "--temporal", "nonsense");
  }

  @Test
  void aStoreWithoutItsKeysIsRefused() {
    Map<String, String> half = Map.of("S3_ENDPOINT", "http://127.0.0.1:1");
    assertRefused(Invocation.of(work, half, SmallStages::of, "", "run"), "S3_ACCESS_KEY");
  }

  @Test
  void aWorkerNeedsAServerThatLasts() {
    refused("no Temporal server to work for", "worker");
    refused("--queues is tpu; legal are compress, cpu, gpu", "worker", "--queues", "tpu");
  }

  @Test
  void aReportOfARunThatIsNotThereIsRefused() {
    refused("run 'nope' has no finished results on the shelf", "report", "nope");
    refused("'../nope' is no run's id", "report", "../nope");
    refused("run 'nope' has no finished results on the shelf", "compare", "nope", "nope");
    refused("'../nope' is no run's id", "compare", "../nope");
    refused("run 'nope' has no finished results on the shelf", "open", "nope");
    refused("there are no reports yet", "open");
  }

  @Test
  void aWrongOptionPointsToTheHelp() {
    Invocation wrong = Invocation.of(work, "run", "--ratoi", "0.5");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err())
        .contains("Unknown option")
        .contains("`espalier run --help` shows what is legal");
  }

  @Test
  void verboseShowsTheStackTraceToo() {
    Invocation verbose = Invocation.of(work, "run", "--verbose", "{oops");
    assertThat(verbose.exitCode()).isEqualTo(2);
    assertThat(verbose.err()).contains("argument: not JSON").contains("\tat dev.espalier.");
  }

  private void refused(String line, String... arguments) {
    assertRefused(Invocation.of(work, arguments), line);
  }

  private static void assertRefused(Invocation invocation, String line) {
    assertThat(invocation.exitCode()).as(invocation.err()).isEqualTo(2);
    assertThat(invocation.said()).hasSize(1).first().asString().contains(line);
    assertThat(invocation.out()).isEmpty();
  }

  private void recipe(String name, String json) throws IOException {
    Path folder = Files.createDirectories(work.resolve("recipes"));
    Files.writeString(folder.resolve(name + ".json"), json);
  }
}
