package dev.espalier.workers.command;

import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.console.Log;
import dev.espalier.workers.console.Terminal;
import dev.espalier.workers.process.RecipeFolder;
import dev.espalier.workers.process.Stages;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every command is given.
 *
 * @param environment variables of the process
 * @param in standard input
 * @param assembly makes the stages, should the command work
 */
public record Program(
    Map<String, String> environment, InputStream in, Terminal terminal, Stages.Assembly assembly) {
  Settings settings(@Nullable Path work) {
    return Settings.of(environment, work);
  }

  /** The local state folder, checked, with the log in it. */
  WorkFolder workFolder(Settings settings) {
    WorkFolder folder = settings.workFolder();
    Log.toFile(folder.log());
    return folder;
  }

  RecipeFolder recipes() {
    return RecipeFolder.of(settings(null));
  }
}
