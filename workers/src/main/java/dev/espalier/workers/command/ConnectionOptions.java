package dev.espalier.workers.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that works with a server and a store. */
final class ConnectionOptions {
  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Folder of the local state: store, server database, log (default: ESPALIER_WORK, else"
              + " .espalier in the clone).")
  @Nullable Path work;

  @Option(
      names = "--temporal",
      paramLabel = "HOST:PORT",
      description =
          "Temporal server (default: TEMPORAL_ADDRESS, else one found on 127.0.0.1:7233, else one"
              + " started with the `temporal` command, else one in this process; `embedded` is"
              + " the last).")
  @Nullable String temporal;
}
