package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.activities.metrics.StageMeters;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Config;
import dev.espalier.activities.shelf.S3Servers;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialResultsTest {
  private static final DurableStage.Derivation STAGE =
      new DurableStage.Derivation("run", "evaluate", 1, Json.MAPPER.createObjectNode(), List.of());
  private static final long HALF_A_CHUNK = 16 << 20;

  @TempDir Path cache;
  private Shelf shelf;
  private long seconds;

  @BeforeEach
  void open() {
    shelf = new Shelf(ObjectStore.open(S3Servers.s3Proxy().config()), cache, Map.of());
  }

  @Test
  void whatIsDoneIsSavedOncePerInterval() {
    PartialResults partial = attempt("cpu");
    for (int i = 1; i <= 8; i++) {
      seconds += 10;
      reach(partial, "sum", i);
      assertThat(checkpoints()).as("after %d s", seconds).hasSize(Math.min(2, i / 3));
    }

    PartialResults next = attempt("cpu");
    assertThat(next.begun("sum").orElseThrow().get("at").longs()).containsExactly(6);
    assertThat(next.begun("other")).isEmpty();
  }

  @Test
  void aStageOfAFewSecondsWritesNothingButWhoseItIs() {
    PartialResults partial = attempt("cpu");
    seconds += 29;
    reach(partial, "sum", 1);
    assertThat(shelf.store().listEverything("stages"))
        .singleElement()
        .satisfies(object -> assertThat(object.key()).endsWith("/ledger-00000001.json"));
  }

  @Test
  void anAttemptThatWasOvertakenGoesOnAndSavesNoMore() {
    PartialResults first = attempt("cpu");
    seconds += 30;
    reach(first, "sum", 1);
    PartialResults second = attempt("cpu");
    List<ObjectStore.Stat> before = shelf.store().listEverything("stages");
    seconds += 30;
    reach(first, "sum", 2);
    seconds += 30;
    reach(first, "sum", 3);
    assertThat(shelf.store().listEverything("stages")).isEqualTo(before);

    reach(second, "sum", 2);
    assertThat(attempt("cpu").begun("sum").orElseThrow().get("at").longs()).containsExactly(2);
  }

  @Test
  void worksThatAreDoneStayWhileTheNextOneIsSaved() {
    PartialResults partial = attempt("cpu");
    reach(partial, "first", 10);
    seconds += 30;
    reach(partial, "second", 3);

    PartialResults next = attempt("cpu");
    seconds += 30;
    reach(next, "third", 1);
    PartialResults last = attempt("cpu");
    assertThat(last.begun("first").orElseThrow().get("at").longs()).containsExactly(10);
    assertThat(last.begun("second").orElseThrow().get("at").longs()).containsExactly(3);
    assertThat(last.begun("third").orElseThrow().get("at").longs()).containsExactly(1);
  }

  @Test
  void rowsAreWrittenOnceInWholeGrains() throws IOException {
    List<Integer> asked = new ArrayList<>();
    PartialRows.Source source =
        (from, to) -> {
          asked.add(from);
          return rows(from, to);
        };
    PartialResults partial = attempt("cpu");
    PartialRows series = partial.rows("rows", 1, HALF_A_CHUNK, source, (from, rows) -> {});
    series.finished(5);
    seconds += 30;
    reach(partial, "work", 5);
    series.finished(6);
    seconds += 30;
    reach(partial, "work", 6);
    assertThat(asked).containsExactly(0, 2, 4, 5);

    List<Integer> found = new ArrayList<>();
    PartialRows again =
        attempt("cpu")
            .rows(
                "rows",
                1,
                HALF_A_CHUNK,
                source,
                (from, rows) -> {
                  found.add(from);
                  assertThat(rows).isEqualTo(rows(from, from + rows.get("row").extent(0)));
                });
    assertThat(found).containsExactly(0, 2, 4, 5);
    assertThat(again.finished()).isEqualTo(6);
  }

  @Test
  void anotherEnvironmentIsNotHidden() {
    PartialResults partial = attempt("cpu, 2 threads");
    seconds += 30;
    reach(partial, "sum", 1);
    assertThat(partial.environments()).isNull();
    assertThat(attempt("cpu, 2 threads").environments()).isNull();
    assertThat(attempt("cuda").environments()).containsExactly("cpu, 2 threads", "cuda");
  }

  @Test
  void workGoesOnUnsavedWhileTheStoreIsAway(@TempDir Path folder) throws Exception {
    S3Proxy server = server(folder, 0);
    int port = server.getPort();
    S3Config config =
        new S3Config("http://127.0.0.1:" + port, "us-east-1", "partial", "key", "secret");
    shelf = new Shelf(ObjectStore.open(config).patient(Duration.ofMillis(300)), cache, Map.of());
    PartialResults partial = attempt("cpu");
    server.stop();
    seconds += 30;
    reach(partial, "sum", 1);
    server = server(folder, port);
    seconds += 29;
    reach(partial, "sum", 2);
    assertThat(checkpoints()).isEmpty();
    seconds += 1;
    reach(partial, "sum", 3);

    assertThat(attempt("cpu").begun("sum").orElseThrow().get("at").longs()).containsExactly(3);
    server.stop();
  }

  private static S3Proxy server(Path folder, int port) throws Exception {
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .build();
    server.start();
    return server;
  }

  private PartialResults attempt(String environment) {
    Liveness liveness =
        new Liveness(details -> {}, Duration.ZERO, Duration.ofHours(1), System::nanoTime);
    PartialResults[] opened = new PartialResults[1];
    assertThatThrownBy(
            () ->
                new DurableStage(shelf, new StageMeters(new SimpleMeterRegistry()))
                    .run(
                        STAGE,
                        liveness,
                        (step, staging) -> {
                          opened[0] =
                              PartialResults.open(
                                  STAGE.stage(),
                                  step,
                                  environment,
                                  PartialResults.INTERVAL,
                                  () -> TimeUnit.SECONDS.toNanos(seconds));
                          throw new IllegalStateException("ended without a result");
                        }))
        .hasMessage("ended without a result");
    return opened[0];
  }

  private static void reach(PartialResults partial, String work, int at) {
    StateDict state = new StateDict(Map.of("at", Tensor.of(new long[] {at}, 1)));
    partial.reached(work, at, 10, () -> state);
  }

  private static StateDict rows(int from, int to) {
    float[] values = new float[to - from];
    for (int i = 0; i < values.length; i++) values[i] = from + i;
    return new StateDict(Map.of("row", Tensor.of(values, values.length, 1)));
  }

  private List<String> checkpoints() {
    return shelf.store().listEverything("stages").stream()
        .map(ObjectStore.Stat::key)
        .filter(key -> key.endsWith("/checkpoint.json"))
        .toList();
  }
}
