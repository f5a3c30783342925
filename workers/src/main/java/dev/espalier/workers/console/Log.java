package dev.espalier.workers.console;

import java.nio.file.Path;

/**
 * Where the libraries' log goes. It must be said before the first of them logs; afterwards it has
 * no effect.
 */
public final class Log {
  private static final String FILE = "org.slf4j.simpleLogger.logFile";
  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  private Log() {}

  /** To the terminal, in more detail. */
  public static void toTerminal() {
    System.setProperty(FILE, "System.err");
    System.setProperty(LEVEL, "info");
  }

  /** To a file, unless something else was said before. */
  public static void toFile(Path file) {
    if (System.getProperty(FILE) == null) System.setProperty(FILE, file.toString());
  }
}
