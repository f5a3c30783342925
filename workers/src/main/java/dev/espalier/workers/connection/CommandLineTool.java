package dev.espalier.workers.connection;

import dev.espalier.compression.InvalidInput;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The {@code temporal} command line tool and the development server in it. */
public final class CommandLineTool {
  /** Where the server's user interface is. */
  static final int INTERFACE_PORT = 8233;

  private static final int PORT = 7233;

  /**
   * How the server is set where this program starts it. Its queue is looked at often: by itself the
   * server looks 20 times a second for what is to be handed out next, so that stages in order
   * follow each other by 50 ms however fast all else is. What it adds to a queue goes to one
   * partition, where a worker is asking; in one of four nobody may, and a stage waits some 15 ms.
   * (All four are still read: an earlier start of the server may have added there.) Its database
   * writes ahead, which halves what a stage costs; every commit is still on the disk before it is
   * answered. It may keep 64 MB of its pages in memory: with the usual 2 a stage takes twice as
   * long once some thousand are in it.
   */
  public static final List<String> SETTINGS =
      List.of(
          "--dynamic-config-value",
          "history.transferProcessorMaxPollRPS=300",
          "--dynamic-config-value",
          "matching.numTaskqueueWritePartitions=1",
          "--sqlite-pragma",
          "journal_mode=WAL",
          "--sqlite-pragma",
          "cache_size=-65536");

  private CommandLineTool() {}

  /**
   * The tool that {@code TEMPORAL_CLI} names, else the first on the path, if any.
   *
   * @throws InvalidInput if {@code TEMPORAL_CLI} names no program
   */
  static Optional<Path> find(Settings settings) {
    return settings.program("TEMPORAL_CLI", "temporal");
  }

  /**
   * Starts the server on 127.0.0.1 with its database in the work folder.
   *
   * @throws InvalidInput if it does not come up
   */
  static TemporalDevServer start(Path tool, WorkFolder folder, String namespace) {
    try {
      return TemporalDevServer.start(
          namespace,
          TemporalDevServerOptions.newBuilder()
              .setExistingPath(tool.toString())
              .setDownloadEnabled(false)
              .setIp("127.0.0.1")
              .setPort(PORT)
              .setUiEnabled(true)
              .setUiPort(INTERFACE_PORT)
              .setDatabaseFilename(folder.database().toString())
              .setLogFile(folder.serverLog().toString())
              .setLogLevel("warn")
              .setStartupTimeout(Duration.ofSeconds(60))
              .setExtraArgs(
                  Stream.concat(Stream.of("--ui-ip", "127.0.0.1"), SETTINGS.stream()).toList())
              .build());
    } catch (RuntimeException e) {
      throw new InvalidInput(
          String.format(
              "%s did not start a server on ports %d and %d; its log is %s",
              tool, PORT, INTERFACE_PORT, folder.serverLog()),
          e);
    }
  }
}
