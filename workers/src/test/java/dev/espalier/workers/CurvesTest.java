package dev.espalier.workers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.activities.CurveLog;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command `curves`, over a training that lies on the shelf. */
class CurvesTest {
  private static final String LOSS = "espalier_curve_loss{";

  @TempDir Path work;

  private String training;
  private Path file;

  @BeforeEach
  void train() throws IOException {
    file = work.resolve("curves.om");
    Settings settings =
        Settings.of(Map.of("ESPALIER_WORK", work.resolve("state").toString()), null);
    try (StoreConnection store = StoreConnection.open(settings, settings.workFolder())) {
      StoredArtifact trained =
          new Shelf(store.store(), work.resolve("cache"), Map.of())
              .stage("finetune", "0123456789", NullNode.getInstance(), List.of())
              .add(
                  CurveLog.PART,
                  "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.4}\n{\"step\":3,\"loss\":0.3}\n"
                      .getBytes(UTF_8))
              .numbers(Map.of("resumedFrom", 1, "seconds", 10.0))
              .commit();
      training = trained.prefix();
    }
  }

  @Test
  void aCurveEndsWhereItsResultWasCommittedAtThePaceOfTheLastAttempt() throws IOException {
    Invocation curves =
        Invocation.of(work, "curves", training, "--openmetrics", file.toString(), "--json");
    assertThat(curves.exitCode()).as(curves.err()).isZero();
    assertThat(curves.out().strip())
        .isEqualTo("{\"file\":\"" + file + "\",\"curves\":1,\"points\":3}");
    List<Double> times = times();
    assertThat(times).hasSize(3);
    assertThat(times.get(1) - times.get(0)).isEqualTo(5);
    assertThat(times.get(2) - times.get(1)).isEqualTo(5);
    double now = Instant.now().getEpochSecond();
    assertThat(times.get(2)).isBetween(now - 120, now + 1);
    assertThat(file).content().contains("run=\"0123456789\",stage=\"finetune\"");
  }

  @Test
  void startAndPaceCanBeChosen() throws IOException {
    Invocation curves =
        Invocation.of(
            work,
            "curves",
            training,
            "--openmetrics",
            file.toString(),
            "--start",
            "2026-01-31T12:00:00Z",
            "--step-seconds",
            "0.25");
    assertThat(curves.exitCode()).as(curves.err()).isZero();
    assertThat(curves.out().strip()).isEqualTo(file + ": 3 points of 1 curve");
    assertThat(times()).containsExactly(1769860800.25, 1769860800.5, 1769860800.75);
  }

  @Test
  void whatCannotBeWrittenIsSaidInOneLine() {
    refused("run 'none' has no finished results on the shelf", "none");
    refused("'no/../run' is no run", "no/../run");
    refused("no artifact stages/finetune/none on the shelf", "stages/finetune/none");
    refused("--start is 'noon'; legal is a time such as", training, "--start", "noon");
    refused("--step-seconds is 0.0; legal are 0.001 to 86400", training, "--step-seconds", "0");
  }

  private void refused(String line, String... arguments) {
    List<String> all = new ArrayList<>(List.of("curves"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--openmetrics", file.toString()));
    Invocation refused = Invocation.of(work, all.toArray(new String[0]));
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("espalier: " + line);
    assertThat(file).doesNotExist();
  }

  private List<Double> times() throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(LOSS))
        .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .toList();
  }
}
