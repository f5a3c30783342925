package dev.espalier.activities.shelf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.espalier.compression.InvalidInput;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.StatObjectArgs;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.espalier.activities.shelf.S3Servers#all")
class ObjectStoreTest {
  @Parameter S3Servers.Server server;
  @TempDir Path folder;

  @Test
  void whatIsPutIsGotAndListedAndDeleted() {
    ObjectStore store = ObjectStore.open(server.config());
    String etag = store.put("a/b.json", bytes("one"));

    assertThat(store.get("a/b.json").orElseThrow().bytes()).isEqualTo(bytes("one"));
    assertThat(store.get("a/b.json").orElseThrow().etag()).isEqualTo(etag).doesNotContain("\"");
    ObjectStore.Stat stat = store.stat("a/b.json").orElseThrow();
    assertThat(stat).isEqualTo(new ObjectStore.Stat("a/b.json", 3, etag, stat.modified()));
    assertThat(stat.modified()).isBetween(Instant.now().minusSeconds(60), Instant.now());
    ObjectStore.Stat listed = store.list("a").get(0);
    assertThat(listed).isEqualTo(new ObjectStore.Stat("a/b.json", 3, etag, listed.modified()));
    assertThat(Duration.between(stat.modified(), listed.modified()).abs())
        .isLessThan(Duration.ofSeconds(1));

    store.delete("a/b.json");
    store.delete("a/b.json");
    assertThat(store.get("a/b.json")).isEmpty();
    assertThat(store.stat("a/b.json")).isEmpty();
    assertThat(store.list("a")).isEmpty();
  }

  @Test
  void whatAScheduledRunLeavesIsPutGotListedAndDeleted() {
    ObjectStore store = ObjectStore.open(server.config());
    String run = "scheduled-nightly-2026-11-22T02:00:00Z";
    for (String key : List.of("runs/" + run + "/report.html", "uses/prune/0123456789/" + run)) {
      String prefix = key.substring(0, key.indexOf('/'));
      assertThat(store.putIfAbsent(key, bytes("one"))).isPresent();
      String etag = store.put(key, bytes("two"));
      assertThat(store.get(key).orElseThrow().bytes()).isEqualTo(bytes("two"));
      assertThat(store.stat(key).orElseThrow().etag()).isEqualTo(etag);
      assertThat(store.list(prefix)).extracting(ObjectStore.Stat::key).containsExactly(key);
      store.delete(key);
      assertThat(store.listEverything(prefix)).isEmpty();
    }
  }

  @Test
  void aBrowserIsToldWhatAReportIs() throws Exception {
    S3Config config = server.config();
    ObjectStore.open(config).put("runs/a/report.html", bytes("<p>"));
    MinioClient client =
        MinioClient.builder()
            .endpoint(config.endpoint())
            .region(config.region())
            .credentials(config.accessKey(), config.secretKey())
            .build();
    StatObjectArgs report =
        StatObjectArgs.builder().bucket(config.bucket()).object("runs/a/report.html").build();
    assertThat(client.statObject(report).contentType()).isEqualTo("text/html");
  }

  @Test
  void everyTryIsHeardByItsOperationAndItsEnd() {
    List<String> heard = new ArrayList<>();
    ObjectStore store =
        ObjectStore.open(server.config())
            .heardBy((operation, outcome, took) -> heard.add(operation + " " + outcome))
            .beating(() -> {});
    store.put("a/b", bytes("one"));
    store.get("a/none");
    store.list("a");
    assertThat(heard).containsExactly("put DONE", "get DONE", "list DONE");
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(
            () ->
                store.read(
                    "a/b",
                    (in, etag) -> {
                      if (tries.incrementAndGet() < 3) throw new ConnectException("gone");
                      throw new InvalidInput("there again, and no good");
                    }))
        .isInstanceOf(InvalidInput.class);
    assertThat(heard).hasSize(6).endsWith("get UNAVAILABLE", "get UNAVAILABLE", "get REFUSED");
  }

  /** While an object is written, S3Proxy's folder holds a file without attributes beside it. */
  @Test
  void anObjectBeingWrittenIsListedWithoutEtag() throws Exception {
    S3Proxy proxy = S3Servers.s3Proxy(folder, 0);
    try {
      String endpoint = "http://127.0.0.1:" + proxy.getPort();
      ObjectStore store =
          ObjectStore.open(
              new S3Config(endpoint, "us-east-1", "bucket", S3Servers.ACCESS, S3Servers.SECRET));
      String etag = store.put("a/ledger", bytes("one"));
      String unfinished = "a/ledger-0f8fad5b-d9cb-469f-a165-70867728950e";
      Files.write(folder.resolve("bucket").resolve(unfinished), bytes("tw"));

      assertThat(store.list("a"))
          .extracting(ObjectStore.Stat::key, ObjectStore.Stat::etag)
          .containsExactly(tuple("a/ledger", etag));
      assertThat(store.listEverything("a"))
          .extracting(ObjectStore.Stat::key, ObjectStore.Stat::size, ObjectStore.Stat::etag)
          .contains(tuple(unfinished, 2L, ""));
    } finally {
      proxy.stop();
    }
  }

  @Test
  void aFileThatGoesInPiecesComesBackWhole() throws Exception {
    ObjectStore store = ObjectStore.open(server.config());
    byte[] content = new byte[ObjectStore.SINGLE_PUT + 1_234_567];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("large"), content);

    String etag = store.put("large", file);

    assertThat(etag).doesNotContain("\"").endsWith("-3");
    Sha256 found = store.read("large", (in, tag) -> Sha256.of(in)).orElseThrow();
    assertThat(found).isEqualTo(Sha256.of(content));
  }

  @Test
  void listingsLeaveOutTheStoresUnfinishedUploads() {
    ObjectStore store = ObjectStore.open(server.config());
    store.put("a/state.safetensors", bytes("x"));
    plant(store, "a/state.safetensors-0f8fad5b-d9cb-469f-a165-70867728950e");

    assertThat(store.list("a"))
        .extracting(ObjectStore.Stat::key)
        .containsExactly("a/state.safetensors");
    assertThat(store.listEverything("a")).hasSize(2);
  }

  @Test
  void ofSixteenWhoPutIfAbsentOneWins() throws Exception {
    ObjectStore store = ObjectStore.open(server.config());
    for (int round = 0; round < 5; round++) {
      String key = "race/" + round;
      List<Optional<String>> results = atOnce(i -> store.putIfAbsent(key, bytes("writer " + i)));
      int winner = onlyWinner(results);
      assertThat(store.get(key).orElseThrow().bytes()).isEqualTo(bytes("writer " + winner));
    }
  }

  /**
   * S3Proxy tests and replaces in two steps: several may win, which is why no lease hangs on it.
   */
  @Test
  void ofSixteenWhoReplaceTheSameObjectOneWinsOnMinio() throws Exception {
    ObjectStore store = ObjectStore.open(server.config());
    String etag = store.put("race/ledger", bytes("before"));
    for (int round = 0; round < 5; round++) {
      String seen = etag;
      String prefix = "round " + round + " writer ";
      List<Optional<String>> results =
          atOnce(i -> store.putIfMatch("race/ledger", bytes(prefix + i), seen));
      ObjectStore.Content there = store.get("race/ledger").orElseThrow();
      if (server.name().equals("MinIO")) {
        assertThat(there.bytes()).isEqualTo(bytes(prefix + onlyWinner(results)));
      }
      assertThat(results).contains(Optional.of(there.etag()));
      etag = there.etag();
    }
  }

  @Test
  void replacingWhatIsGoneIsRefused() {
    ObjectStore store = ObjectStore.open(server.config());
    String etag = store.put("gone", bytes("x"));
    store.delete("gone");

    assertThat(store.putIfMatch("gone", bytes("y"), etag)).isEmpty();
    assertThat(store.get("gone")).isEmpty();
  }

  @Test
  void puttingTheSameBytesAgainCountsAsWritten() {
    ObjectStore store = ObjectStore.open(server.config());
    Optional<String> first = store.putIfAbsent("same", bytes("x"));

    assertThat(store.putIfAbsent("same", bytes("x"))).isEqualTo(first);
    assertThat(store.putIfAbsent("same", bytes("y"))).isEmpty();
  }

  @Test
  void aWrongSecretIsNamedAndNotShown() {
    S3Config right = server.config();
    S3Config wrong =
        new S3Config(
            right.endpoint(), right.region(), right.bucket(), "espalier-test", "wrongwrong");

    assertThatThrownBy(() -> ObjectStore.open(wrong))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("S3_SECRET_KEY")
        .hasMessageNotContaining("wrongwrong")
        .hasMessageNotContaining("\n");
    assertThat(wrong.toString()).doesNotContain("wrongwrong");
  }

  @Test
  void openingTwiceFindsTheBucket() {
    S3Config config = server.config();
    ObjectStore.open(config).put("a", bytes("x"));

    assertThat(ObjectStore.open(config).get("a")).isPresent();
  }

  /** Writes under a name that the store itself would refuse. */
  static void plant(ObjectStore store, String key) {
    try {
      MinioClient client =
          MinioClient.builder()
              .endpoint(store.toString().substring(0, store.toString().lastIndexOf('/')))
              .credentials(S3Servers.ACCESS, S3Servers.SECRET)
              .build();
      String bucket = store.toString().substring(store.toString().lastIndexOf('/') + 1);
      client.putObject(
          PutObjectArgs.builder().bucket(bucket).object(key).data(new byte[7], 7).build());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static int onlyWinner(List<Optional<String>> results) {
    assertThat(results.stream().filter(Optional::isPresent)).hasSize(1);
    return results.indexOf(results.stream().filter(Optional::isPresent).findFirst().orElseThrow());
  }

  private static <T> List<T> atOnce(IntFunction<T> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        int number = i;
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return work.apply(number);
                }));
      }
      start.countDown();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) results.add(future.get());
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
