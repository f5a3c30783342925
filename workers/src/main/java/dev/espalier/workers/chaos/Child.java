package dev.espalier.workers.chaos;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.Health;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of the trials, told what to do by signals and ended by its own id. */
final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path log;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts it.
   *
   * @param environment on top of this process' own
   * @param log what it prints is appended there
   */
  static Child start(List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return new Child(builder.start(), log);
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** {@code KILL}, {@code TERM}, {@code STOP} or {@code CONT}. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()).start().waitFor();
  }

  /** Ends it at once, as a power cut would, and waits until it is gone. */
  void kill() throws IOException, InterruptedException {
    signal("KILL");
    process.waitFor();
  }

  /** Asks it to end; returns whether it did within two minutes, twice a worker's grace. */
  boolean terminate() throws IOException, InterruptedException {
    signal("TERM");
    return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Waits until it listens on a port of 127.0.0.1.
   *
   * @throws InvalidInput with its last line, if it ends before or takes more than two minutes
   */
  Child listening(int port) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Health.listens("127.0.0.1:" + port)) {
      if (!alive() || System.nanoTime() > end) {
        close();
        throw new InvalidInput(log.getFileName() + " did not start: " + lastLine());
      }
      Thread.sleep(50);
    }
    return this;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /**
   * A port of 127.0.0.1 on which nothing listens, below those that the system gives out by itself:
   * while a crashed server is away, nobody is given its port.
   */
  static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 32_768);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: another one.
      }
    }
  }

  private String lastLine() throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.reduce((a, b) -> b).orElse("it says nothing");
    }
  }
}
