package dev.espalier.workers.chaos;

import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.Settings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The programs of the trials.
 *
 * @param temporal the {@code temporal} command line tool
 * @param minio the server, where there is one
 * @param java how a program of this class path is started, but for its name
 */
record Tools(Path temporal, Optional<Path> minio, List<String> java, Settings settings) {
  /** So long may a stage be silent in the trials, where the shipped 30 s would be waited out. */
  static final int HEARTBEAT_SECONDS = 6;

  /**
   * Looks for them: {@code TEMPORAL_CLI} and {@code MINIO_BIN}, else on the path.
   *
   * @throws InvalidInput if there is no {@code temporal}
   */
  static Tools find(Settings settings) {
    Path temporal =
        settings
            .program("TEMPORAL_CLI", "temporal")
            .orElseThrow(
                () ->
                    new InvalidInput(
                        "the trials need the `temporal` command line tool: infra/install-servers"
                            + " fetches it, or TEMPORAL_CLI names it"));
    List<String> java = new ArrayList<>();
    java.add(ProcessHandle.current().info().command().orElse("java"));
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.startsWith("-Xm")) java.add(option);
    }
    java.add("-Xmx1g");
    java.add("-Xmn64m");
    java.add("-XX:TieredStopAtLevel=1");
    java.add("-Despalier.heartbeat=" + HEARTBEAT_SECONDS);
    java.add("-cp");
    java.add(System.getProperty("java.class.path"));
    return new Tools(temporal, settings.program("MINIO_BIN", "minio"), List.copyOf(java), settings);
  }
}
