package dev.espalier.client;

import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.ObjectNames;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.activities.shelf.S3Config;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workflows.Artifact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What runs left in the object store. Every file is checked against its manifest's SHA-256. */
public final class Artifacts {
  private final ObjectStore store;
  private final Shelf shelf;

  private Artifacts(ObjectStore store, Path cache) {
    this.store = store;
    this.shelf = new Shelf(store, cache, Map.of());
  }

  /**
   * @param config such as {@code S3Config.from(System.getenv())}
   * @param cache folder for what is fetched
   * @throws InvalidInput if no store answers, or it refuses the credentials
   */
  public static Artifacts in(S3Config config, Path cache) {
    return new Artifacts(ObjectStore.open(config), cache);
  }

  /**
   * The names of an artifact's parts, such as {@code network.safetensors}.
   *
   * @throws InvalidInput if it is not in the store
   */
  public List<String> parts(Artifact artifact) {
    return shelf.get(artifact.key()).manifest().parts().stream().map(Manifest.Part::name).toList();
  }

  /**
   * Copies all parts into a folder.
   *
   * @param folder made if it is not there; files of the same names are replaced
   * @return the files
   * @throws InvalidInput if the artifact is not in the store
   */
  public List<Path> fetch(Artifact artifact, Path folder) {
    StoredArtifact stored = shelf.get(artifact.key());
    try {
      Files.createDirectories(folder);
      List<Path> files = new ArrayList<>();
      for (Manifest.Part part : stored.manifest().parts()) {
        Path file = folder.resolve(part.name());
        Files.copy(stored.fetch(part.name()), file, StandardCopyOption.REPLACE_EXISTING);
        files.add(file);
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a run's report, one self-contained page.
   *
   * @param run id of a run or a sweep that is over
   * @throws InvalidInput if there is none
   */
  public Path report(String run, Path file) {
    String key = "runs/" + ObjectNames.segment(run) + "/report.html";
    byte[] page =
        store
            .get(key)
            .orElseThrow(() -> new InvalidInput("no report " + key + " in the store"))
            .bytes();
    try {
      return Files.write(file, page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
