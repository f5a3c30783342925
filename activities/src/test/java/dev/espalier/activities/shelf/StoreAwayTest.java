package dev.espalier.activities.shelf;

import static dev.espalier.activities.shelf.ObjectStoreTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.FreePort;
import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
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
    int port = FreePort.find();
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
    int port = FreePort.find();
    S3Proxy server = S3Servers.s3Proxy(folder, port);
    ObjectStore store = ObjectStore.open(config(port)).patient(Duration.ofMillis(600));
    server.stop();

    assertThatThrownBy(() -> store.get("a"))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageStartingWith("get a: ");
  }

  @Test
  void aCancelledStageWaitsNoLonger() throws Exception {
    int port = FreePort.find();
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
    int port = FreePort.find();

    assertThatThrownBy(() -> ObjectStore.open(config(port)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ENDPOINT: no object store answers at http://127.0.0.1:" + port)
        .hasMessageNotContaining("\n");
  }

  /** As what lies before a store does while the store starts. */
  @Test
  void aConnectionThatIsCutBeforeTlsIsSpokenMayBeBetterLater() throws Exception {
    try (ServerSocket before = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread cutting =
          new Thread(
              () -> {
                while (!before.isClosed()) {
                  try (Socket client = before.accept()) {
                    client.getInputStream().read();
                  } catch (IOException e) {
                    continue; // It goes away first.
                  }
                }
              });
      cutting.setDaemon(true);
      cutting.start();
      String endpoint = "https://127.0.0.1:" + before.getLocalPort();
      S3Config config = new S3Config(endpoint, "us-east-1", "away", "access", "secret");
      assertThatThrownBy(() -> ObjectStore.reach(config))
          .isInstanceOf(StoreUnavailable.class)
          .hasMessageStartingWith("no object store answers at " + endpoint);
    }
  }

  @Test
  void whoMayWaitIsToldAtOnceThatNothingAnswers() throws Exception {
    S3Config away = config(FreePort.find());
    assertThatThrownBy(() -> ObjectStore.reach(away))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageStartingWith("no object store answers at " + away.endpoint() + " (")
        .hasMessageNotContaining("\n");

    S3Config there = S3Servers.s3Proxy().config();
    assertThat(ObjectStore.reach(there).get("a")).isEmpty();
    S3Config encrypted =
        new S3Config(
            there.endpoint().replace("http:", "https:"), "us-east-1", "away", "access", "secret");
    assertThatThrownBy(() -> ObjectStore.reach(encrypted))
        .as("no waiting makes it speak TLS")
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ENDPOINT: no object store answers at https://");
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

  @Test
  void withoutTlsOnlyThisMachineOrAPermission() {
    Map<String, String> keys = Map.of("S3_ACCESS_KEY", "a", "S3_SECRET_KEY", "secret");
    for (String near : List.of("http://127.0.0.1:9", "http://localhost:9/", "http://[::1]:9")) {
      assertThat(from(keys, Map.of("S3_ENDPOINT", near)).endpoint()).isEqualTo(near);
    }
    for (String far :
        List.of("http://store:9000", "http://10.0.0.7", "http://127.0.0.1.example.com:9")) {
      assertThatThrownBy(() -> from(keys, Map.of("S3_ENDPOINT", far)))
          .isInstanceOf(InvalidInput.class)
          .hasMessageStartingWith("S3_ENDPOINT: " + far + " is not this machine")
          .hasMessageContaining("S3_ALLOW_HTTP=1");
      assertThat(from(keys, Map.of("S3_ENDPOINT", far, "S3_ALLOW_HTTP", "1")).endpoint())
          .isEqualTo(far);
    }
    assertThat(from(keys, Map.of("S3_ENDPOINT", "https://s3.example.com")).certificates()).isNull();
  }

  @Test
  void credentialsInTheEndpointAreRefusedUnsaid() {
    assertThatThrownBy(() -> S3Config.from(Map.of("S3_ENDPOINT", "https://me:marker@h:1")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ENDPOINT")
        .hasMessageNotContaining("marker");
  }

  @Test
  void certificatesThatCannotBeUsedAreNamed() throws Exception {
    Map<String, String> keys = Map.of("S3_ACCESS_KEY", "a", "S3_SECRET_KEY", "secret");
    String https = "https://127.0.0.1:1";
    Path none = folder.resolve("none.pem");
    assertThatThrownBy(
            () -> from(keys, Map.of("S3_ENDPOINT", https, "S3_CA_CERT_PATH", none.toString())))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_CA_CERT_PATH is " + none + ", which cannot be read");
    String text = Files.writeString(folder.resolve("text.pem"), "no certificate").toString();
    S3Config broken = from(keys, Map.of("S3_ENDPOINT", https, "S3_CA_CERT_PATH", text));
    assertThatThrownBy(() -> ObjectStore.open(broken))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("S3_CA_CERT_PATH is " + text + ", which is no file of certificates in PEM");
    assertThatThrownBy(
            () -> from(keys, Map.of("S3_ENDPOINT", "http://127.0.0.1:1", "S3_CA_CERT_PATH", text)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("certificates are for https");
  }

  private static S3Config from(Map<String, String> some, Map<String, String> others) {
    Map<String, String> all = new HashMap<>(some);
    all.putAll(others);
    return S3Config.from(all).orElseThrow();
  }

  private static S3Config config(int port) {
    return new S3Config(
        "http://127.0.0.1:" + port, "us-east-1", "away", S3Servers.ACCESS, S3Servers.SECRET);
  }
}
