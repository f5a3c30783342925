package dev.espalier.compression;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * A program that some tests need and that the build does not bring. One that is absent is said to
 * be, in a line, and its tests do not run. Where {@value #REQUIRED} is {@code 1}, or a list that
 * names it ({@code temporal,minio}), its tests fail instead. {@code infra/install-servers} installs
 * the servers.
 */
public enum ExternalProgram {
  TEMPORAL("TEMPORAL_CLI", "temporal"),
  MINIO("MINIO_BIN", "minio"),
  PROMTOOL("PROMTOOL_BIN", "promtool"),
  PROMETHEUS("PROMETHEUS_BIN", "prometheus"),
  CHROMIUM("CHROMIUM_BIN", "chromium"),
  PYTHON("ESPALIER_PYTHON", null);

  static final String REQUIRED = "ESPALIER_REQUIRE_SERVERS";

  private final String variable;
  private final @Nullable String command;

  ExternalProgram(String variable, @Nullable String command) {
    this.variable = variable;
    this.command = command;
  }

  /** Where it is, or nothing after a line that says so. Fails where it is required. */
  public Optional<Path> find() {
    Optional<Path> found = find(System.getenv());
    if (found.isEmpty()) System.out.println("NOT RUN without it: " + absent());
    return found;
  }

  /** Where it is. Without it the test ends here, skipped or, where it is required, failed. */
  public Path get() {
    return find().orElseThrow(() -> new TestAbortedException(absent()));
  }

  Optional<Path> find(Map<String, String> environment) {
    String named = environment.getOrDefault(variable, "").strip();
    if (!named.isEmpty()) {
      if (!Files.isExecutable(Path.of(named))) {
        throw new AssertionFailedError(variable + " is " + named + ", which is no program");
      }
      return Optional.of(Path.of(named));
    }
    Optional<Path> found = onPath(environment.getOrDefault("PATH", ""));
    if (found.isPresent()) return found;
    if (required(environment.getOrDefault(REQUIRED, ""))) {
      throw new AssertionFailedError(absent() + "; " + REQUIRED + " requires it");
    }
    return Optional.empty();
  }

  private boolean required(String names) {
    List<String> listed = List.of(names.strip().split("[ ,]+"));
    return listed.contains("1") || listed.contains(name().toLowerCase(Locale.ROOT));
  }

  private Optional<Path> onPath(String path) {
    if (command == null) return Optional.empty();
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, command))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private String absent() {
    return name().toLowerCase(Locale.ROOT)
        + " is absent ("
        + variable
        + " names none"
        + (command == null ? ")" : ", and the path has no `" + command + "`)");
  }
}
