package dev.espalier.activities.shelf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.InvalidInput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a store that refuses this machine's clock as S3 does. */
class WrongClockTest {
  private ServerSocket server;

  /** How far the store's clock is ahead, or nothing while it takes what it is told. */
  private final AtomicReference<Duration> ahead = new AtomicReference<>();

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "fake store");
    thread.setDaemon(true);
    thread.start();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void aProgramThatStartsWithAWrongClockIsToldSo() {
    ahead.set(Duration.ofMinutes(61));
    assertThatThrownBy(() -> ObjectStore.open(config()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageMatching(
            "open bucket clock: this machine's clock is 6[01] minutes behind the object store's,"
                + " which therefore refuses; set the clock right");
  }

  /** Not for good: the clock may be set right, or another worker go on. */
  @Test
  void aClockThatJumpsIsSaidAtOnceAndIsNoBadInput() {
    ObjectStore store = ObjectStore.open(config());
    ahead.set(Duration.ofMinutes(-90));
    long start = System.nanoTime();
    assertThatThrownBy(() -> store.put("a", new byte[] {1}))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageMatching("put a: this machine's clock is (89|90) minutes ahead of the.*");
    assertThatThrownBy(() -> store.stat("a"))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("minutes ahead of the object store's");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void aRefusalWithARightClockIsOneOfCredentials() {
    ahead.set(Duration.ofMinutes(2));
    assertThatThrownBy(() -> ObjectStore.open(config()))
        .isInstanceOf(InvalidInput.class)
        .hasMessageStartingWith("S3_ACCESS_KEY, S3_SECRET_KEY: ");
  }

  private S3Config config() {
    String endpoint = "http://127.0.0.1:" + server.getLocalPort();
    return new S3Config(endpoint, "us-east-1", "clock", "access", "secret-key");
  }

  private void serve() {
    while (true) {
      try (Socket socket = server.accept()) {
        BufferedReader in =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        String request = in.readLine();
        for (String line = request; line != null && !line.isEmpty(); ) line = in.readLine();
        if (request != null) socket.getOutputStream().write(answer(request).getBytes(ISO_8859_1));
        socket.shutdownOutput();
        socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
      } catch (IOException e) {
        if (server.isClosed()) return;
        throw new UncheckedIOException(e);
      }
    }
  }

  /** To a HEAD request there is no body, and so no reason. */
  private String answer(String request) {
    Duration off = ahead.get();
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC).plus(off == null ? Duration.ZERO : off);
    boolean skewed = off != null && off.abs().toMinutes() > 15;
    String body =
        off == null || request.startsWith("HEAD")
            ? ""
            : "<Error><Code>"
                + (skewed ? "RequestTimeTooSkewed" : "AccessDenied")
                + "</Code><Message>no</Message><Resource>/</Resource></Error>";
    return String.join(
        "\r\n",
        "HTTP/1.1 " + (off == null ? "200 OK" : "403 Forbidden"),
        "Date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(now),
        "Content-Type: application/xml",
        "Content-Length: " + body.length(),
        "Connection: close",
        "",
        body);
  }
}
