package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store, or a disk, that has no room. */
class FullStoreTest {
  private static final Duration NEVER = Duration.ofMillis(1);

  @TempDir Path folder;
  HttpServer server;
  final AtomicInteger refusals = new AtomicInteger();
  final AtomicInteger puts = new AtomicInteger();
  int status;
  String code = "";

  @BeforeEach
  void serve() throws Exception {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource({
    "507, XMinioStorageFull",
    "507, ''",
    "503, XMinioStorageFull",
    "400, XMinioAdminBucketQuotaExceeded",
    "403, QuotaExceeded"
  })
  void aFullStoreIsWaitedForWithSignsOfLifeAndOneLine(int status, String code) {
    refuse(status, code, 3);
    AtomicInteger beats = new AtomicInteger();
    ObjectStore store = store(NEVER, Duration.ofMinutes(1)).beating(beats::incrementAndGet);
    String said = said(() -> store.put("a", bytes("x")));

    assertThat(puts.get()).isEqualTo(4);
    assertThat(beats.get()).isGreaterThanOrEqualTo(3);
    assertThat(said.lines().filter(line -> line.contains("is full"))).hasSize(1);
    assertThat(said)
        .contains("put a waits for room")
        .contains("of at most 60 s")
        .contains("espalier gc --dry-run");
  }

  @Test
  void aStoreThatStaysFullIsATypedError() {
    refuse(507, "XMinioStorageFull", 1_000);
    ObjectStore store = store(Duration.ofMinutes(1), Duration.ofMillis(800));

    assertThatThrownBy(() -> said(() -> store.put("a", bytes("x"))))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("put a: the object store http://127.0.0.1:")
        .hasMessageContaining("is full");
  }

  @Test
  void aStoreThatIsBusyIsNotFull() {
    refuse(503, "SlowDown", 1_000);
    ObjectStore store = store(Duration.ofMillis(800), Duration.ofMinutes(1));

    assertThatThrownBy(() -> said(() -> store.put("a", bytes("x"))))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageNotContaining("is full");
  }

  @Test
  void aFullStoreCostsNoCheckpoint() {
    MemoryBucket memory = new MemoryBucket();
    Shelf shelf = new Shelf(memory, folder, Map.of());
    Checkpoints checkpoints = shelf.checkpoints("finetune", "a");
    checkpoints.stage(100).add("state", bytes("state at 100")).commit();
    int room = 0;
    while (true) {
      int[] left = {room++};
      memory.before(
          (what, key) -> {
            if (what.equals("put") && left[0]-- <= 0) {
              throw new StoreUnavailable("full", new IOException("full"));
            }
          });
      try {
        checkpoints.stage(200).add("state", bytes("state at 200")).add("c", bytes("c")).commit();
        break;
      } catch (StoreUnavailable e) {
        memory.before((what, key) -> {});
        checkpoints = shelf.checkpoints("finetune", "a");
        assertThat(checkpoints.newestVerified(100).orElseThrow().step()).isIn(100, 200);
        if (checkpoints.newestVerified(100).orElseThrow().step() == 200) break;
      }
    }
    memory.before((what, key) -> {});
    assertThat(shelf.checkpoints("finetune", "a").newestVerified(200)).isPresent();
    assertThat(room).isGreaterThan(3);
  }

  @Test
  void aFullDiskIsWaitedFor() throws Exception {
    ObjectStore store = store(NEVER, Duration.ofMinutes(1));
    Path file = folder.resolve("part");
    AtomicInteger tries = new AtomicInteger();
    Path full = Path.of("/dev/full");

    String said =
        said(
            () ->
                store.whileDiskFull(
                    "write part a",
                    () -> {
                      boolean room = tries.incrementAndGet() > 2;
                      if (room || !Files.exists(full)) return Files.write(file, bytes("x"));
                      try (var out = Files.newOutputStream(full)) {
                        out.write(1);
                      }
                      return full;
                    }));

    assertThat(file).hasContent("x");
    if (Files.exists(full)) {
      assertThat(said).contains("the local disk is full").contains("free space on that disk");
    }
  }

  @Test
  void otherTroubleWithTheDiskIsNotWaitedFor() {
    ObjectStore store = store(Duration.ofMinutes(1), Duration.ofMinutes(1));
    AtomicInteger tries = new AtomicInteger();

    assertThatThrownBy(
            () ->
                store.whileDiskFull(
                    "write",
                    () -> {
                      tries.incrementAndGet();
                      throw new IOException("Permission denied");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(tries.get()).isEqualTo(1);
  }

  private interface Work {
    Object run() throws Exception;
  }

  /** What was logged meanwhile. */
  private static String said(Work work) {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, UTF_8));
    try {
      work.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      System.setErr(before);
    }
    return said.toString(UTF_8);
  }

  private void refuse(int status, String code, int times) {
    this.status = status;
    this.code = code;
    refusals.set(times);
  }

  private ObjectStore store(Duration away, Duration full) {
    String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
    return ObjectStore.open(new S3Config(endpoint, "us-east-1", "full", "access", "secret-key"))
        .patient(new Patience(away, full));
  }

  /** Takes every object, after the refusals. */
  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    boolean put = exchange.getRequestMethod().equals("PUT");
    if (put) puts.incrementAndGet();
    if (put && refusals.getAndDecrement() > 0) {
      byte[] reason =
          code.isEmpty()
              ? new byte[0]
              : bytes(
                  "<?xml version=\"1.0\"?><Error><Code>"
                      + code
                      + "</Code><Message>no room</Message><Resource>/full/a</Resource>"
                      + "<RequestId>1</RequestId><HostId>1</HostId></Error>");
      exchange.getResponseHeaders().add("Content-Type", "application/xml");
      exchange.sendResponseHeaders(status, reason.length == 0 ? -1 : reason.length);
      exchange.getResponseBody().write(reason);
    } else {
      exchange.getResponseHeaders().add("ETag", "\"1\"");
      exchange.sendResponseHeaders(200, -1);
    }
    exchange.close();
  }
}
