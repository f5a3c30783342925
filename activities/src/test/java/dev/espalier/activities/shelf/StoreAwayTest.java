package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that stops answering for a while, or for good. */
class StoreAwayTest {
  @TempDir Path folder;

  @Test
  void aStoreThatComesBackIsWaitedForWithSignsOfLife() throws Exception {
    int port = S3Servers.freePort();
    S3Proxy server = S3Servers.s3Proxy(folder, port);
    AtomicInteger beats = new AtomicInteger();
    ObjectStore store = ObjectStore.open(config(port)).beating(beats::incrementAndGet);
    store.put("a", bytes("before"));
    server.stop();
    S3Proxy[] again = new S3Proxy[1];
    Thread restart =
        new Thread(
            () -> {
              try {
                Thread.sleep(4_000);
                again[0] = S3Servers.s3Proxy(folder, port);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    restart.start();

    store.put("b", bytes("after"));

    restart.join();
    assertThat(beats.get()).isGreaterThanOrEqualTo(3);
    assertThat(store.get("a").orElseThrow().bytes()).isEqualTo(bytes("before"));
    assertThat(store.get("b").orElseThrow().bytes()).isEqualTo(bytes("after"));
    again[0].stop();
  }

  @Test
  void patienceEndsInATypedError() throws Exception {
    int port = S3Servers.freePort();
    S3Proxy server = S3Servers.s3Proxy(folder, port);
    ObjectStore store = ObjectStore.open(config(port)).patient(Duration.ofMillis(600));
    server.stop();

    assertThatThrownBy(() -> store.get("a"))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageStartingWith("get a: ");
  }

  @Test
  void aCancelledStageWaitsNoLonger() throws Exception {
    int port = S3Servers.freePort();
    S3Proxy server = S3Servers.s3Proxy(folder, port);
    ObjectStore store = ObjectStore.open(config(port));
    server.stop();
    ObjectStore cancelled =
        store.beating(
            () -> {
              throw new CancellationException("cancelled");
            });
    long start = System.nanoTime();

    assertThatThrownBy(() -> cancelled.get("a")).isInstanceOf(CancellationException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void nothingAtTheEndpointIsBadInput() throws Exception {
    int port = S3Servers.freePort();

    assertThatThrownBy(() -> ObjectStore.open(config(port)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ENDPOINT: no object store answers at http://127.0.0.1:" + port)
        .hasMessageNotContaining("\n");
  }

  @Test
  void settingsAreCheckedByName() {
    assertThat(S3Config.from(Map.of())).isEmpty();
    assertThatThrownBy(() -> S3Config.from(Map.of("S3_ENDPOINT", "localhost:9000")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ENDPOINT");
    assertThatThrownBy(() -> S3Config.from(Map.of("S3_ENDPOINT", "http://h:1")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ACCESS_KEY");
    assertThatThrownBy(
            () -> S3Config.from(Map.of("S3_ENDPOINT", "http://h:1", "S3_BUCKET", "No Good")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_BUCKET");
  }

  private static S3Config config(int port) {
    return new S3Config(
        "http://127.0.0.1:" + port, "us-east-1", "away", S3Servers.ACCESS, S3Servers.SECRET);
  }
}
