package dev.espalier.activities.shelf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import java.io.BufferedInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** A committed artifact. Every part is checked against the manifest each time it is read. */
public final class StoredArtifact {
  private final Source store;
  private final Cache cache;
  private final Manifest manifest;

  /** Where the parts' bytes come from. */
  interface Source {
    <T> Optional<T> read(String key, ObjectStore.Reader<T> reader);
  }

  StoredArtifact(Source store, Cache cache, Manifest manifest) {
    this.store = store;
    this.cache = cache;
    this.manifest = manifest;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** Where it lies, such as {@code stages/prune/<20 hex digits>}. */
  public String prefix() {
    return manifest.artifact();
  }

  /** The results its stage noted down. */
  public JsonNode numbers() {
    return manifest.numbers();
  }

  /**
   * The part's bytes.
   *
   * @throws CorruptArtifact if they are not what the manifest says
   * @throws InvalidInput if the artifact has no such part
   */
  public byte[] bytes(String part) {
    Manifest.Part wanted = part(part);
    byte[] bytes =
        store
            .read(object(wanted), (in, etag) -> in.readAllBytes())
            .orElseThrow(() -> corrupt(wanted, "is missing"));
    check(wanted, Sha256.of(bytes));
    return bytes;
  }

  /**
   * The part as a local file, which readers must not change; fetched unless a right one is here.
   *
   * @throws CorruptArtifact if it is not what the manifest says
   * @throws InvalidInput if the artifact has no such part, or the cache folder cannot be written
   */
  public Path fetch(String part) {
    Manifest.Part wanted = part(part);
    Path file = cached(wanted);
    if (!isRight(wanted, file)) return refetch(wanted);
    cache.used(file);
    return file;
  }

  /** Fetches though a right copy may be here, to know that the store's is right. */
  Path refetch(Manifest.Part wanted) {
    Path file = cached(wanted);
    Path partial = temporary();
    try {
      Sha256 found =
          store
              .read(object(wanted), (in, etag) -> copy(in, partial))
              .orElseThrow(() -> corrupt(wanted, "is missing"));
      check(wanted, found);
      Files.createDirectories(file.getParent());
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      cache.trim(file);
      return file;
    } catch (IOException e) {
      throw unwritable(e);
    } finally {
      partial.toFile().delete();
    }
  }

  /**
   * Reads every part from the store.
   *
   * @throws CorruptArtifact naming the first part that is not what the manifest says
   */
  public void verify() {
    for (Manifest.Part part : manifest.parts()) {
      check(
          part,
          store
              .read(object(part), (in, etag) -> Sha256.of(in))
              .orElseThrow(() -> corrupt(part, "is missing")));
    }
  }

  private Manifest.Part part(String name) {
    return manifest
        .part(name)
        .orElseThrow(
            () ->
                new InvalidInput(
                    prefix()
                        + " has no part '"
                        + name
                        + "'; it has "
                        + manifest.parts().stream().map(Manifest.Part::name).toList()));
  }

  private Path cached(Manifest.Part part) {
    return cache.place(part);
  }

  private String object(Manifest.Part part) {
    return prefix() + "/" + part.object();
  }

  private void check(Manifest.Part part, Sha256 found) {
    if (found.size() != part.size()) {
      throw corrupt(part, "has " + found.size() + " bytes, its manifest says " + part.size());
    }
    if (!found.hex().equals(part.sha256())) {
      throw corrupt(part, "SHA-256 differs from its manifest's");
    }
  }

  private CorruptArtifact corrupt(Manifest.Part part, String reason) {
    return new CorruptArtifact(prefix(), part.name(), reason);
  }

  private static boolean isRight(Manifest.Part part, Path file) {
    if (!Files.isRegularFile(file)) return false;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return Sha256.of(in).equals(new Sha256(part.size(), part.sha256()));
    } catch (IOException e) {
      return false;
    }
  }

  private Path temporary() {
    try {
      return cache.temporary();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Copies from the store; only the local disk's errors are input errors, but for want of room,
   * which is waited for.
   */
  private Sha256 copy(InputStream in, Path to) throws IOException {
    try (OutputStream out = new LocalDisk(to)) {
      return Sha256.of(in, out);
    }
  }

  private final class LocalDisk extends FileOutputStream {
    LocalDisk(Path file) throws IOException {
      super(file.toFile());
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        super.write(bytes, offset, length);
      } catch (IOException e) {
        if (S3Errors.diskFull(e)) throw e;
        throw unwritable(e);
      }
    }
  }

  private InvalidInput unwritable(IOException e) {
    return new InvalidInput(
        "cannot write to the cache folder " + cache.folder() + ": " + e.getMessage(), e);
  }
}
