package dev.espalier.workers.connection;

import dev.espalier.compression.InvalidInput;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a process works and whom it talks to. An option of the command line wins over an
 * environment variable, and that over the default.
 *
 * @param home the clone: recipes, networks and data sets lie under it
 * @param work the local state: store, server database, log
 * @param environment variables of the process
 */
public record Settings(Path home, Path work, Map<String, String> environment) {
  /** Free space without which no work is begun, unless {@code ESPALIER_MIN_FREE_MB} says else. */
  private static final long MIN_FREE_MB = 500;

  public Settings {
    environment = Map.copyOf(environment);
  }

  /**
   * @param work the option {@code --work}; absent means {@code ESPALIER_WORK}, else {@code
   *     .espalier} in the home folder
   */
  public static Settings of(Map<String, String> environment, @Nullable Path work) {
    Path home = Path.of(environment.getOrDefault("ESPALIER_HOME", "")).toAbsolutePath();
    String named = environment.get("ESPALIER_WORK");
    Path chosen = work != null ? work : named != null ? Path.of(named) : home.resolve(".espalier");
    return new Settings(home.normalize(), chosen.toAbsolutePath().normalize(), environment);
  }

  /** A variable's value, unless it is unset or blank. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  /**
   * The program that a variable names, else the first of that name on the path, if any.
   *
   * @throws InvalidInput if the variable names no program
   */
  public Optional<Path> program(String variable, String name) {
    Optional<Path> named = variable(variable).map(Path::of);
    named.ifPresent(
        path -> InvalidInput.require(runs(path), "%s is %s, which is no program", variable, path));
    return named.or(
        () ->
            Arrays.stream(variable("PATH").orElse("").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Settings::runs)
                .findFirst());
  }

  private static boolean runs(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  /** A variable's whole, non-negative number, or {@code otherwise} where it is unset. */
  public long number(String name, long otherwise) {
    Optional<String> text = variable(name);
    if (text.isEmpty()) return otherwise;
    InvalidInput.require(
        text.get().matches("[0-9]{1,18}"),
        "%s is '%s'; legal are whole numbers from 0",
        name,
        text.get());
    return Long.parseLong(text.get());
  }

  /**
   * The local state folder, made if needed.
   *
   * @throws InvalidInput if it cannot be written or its disk is nearly full
   */
  public WorkFolder workFolder() {
    return WorkFolder.open(work, number("ESPALIER_MIN_FREE_MB", MIN_FREE_MB));
  }
}
