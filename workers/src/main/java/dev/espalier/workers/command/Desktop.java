package dev.espalier.workers.command;

import dev.espalier.workers.connection.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The desktop this process was started from, if any. Its own program opens pages: the AWT's way
 * needs libraries that a headless Java lacks.
 */
record Desktop(Settings settings) {
  /** For which an opener may run before it is taken to have done its work. */
  private static final int PATIENCE_SECONDS = 3;

  /** Opens {@code page} in the browser; false where there is none, or it fails. */
  boolean show(URI page) {
    Optional<List<String>> opener = opener();
    if (opener.isEmpty()) return false;
    List<String> command = new ArrayList<>(opener.get());
    command.add(page.toString());
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return !process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Optional<List<String>> opener() {
    Optional<String> named = settings.variable("BROWSER");
    if (named.isPresent()) {
      Optional<Path> program = settings.program("", named.get());
      return Optional.of(List.of(program.map(Path::toString).orElse(named.get())));
    }
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    if (system.contains("mac")) return Optional.of(List.of("open"));
    if (system.contains("windows")) {
      return Optional.of(List.of("rundll32", "url.dll,FileProtocolHandler"));
    }
    boolean screen =
        settings.variable("DISPLAY").or(() -> settings.variable("WAYLAND_DISPLAY")).isPresent();
    return screen
        ? settings.program("", "xdg-open").map(path -> List.of(path.toString()))
        : Optional.empty();
  }
}
