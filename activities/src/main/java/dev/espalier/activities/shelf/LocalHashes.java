package dev.espalier.activities.shelf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of local files, computed once per process for as long as a file's size, time of change
 * and identity stay. A file changed a moment ago is hashed again each time: it could change once
 * more without a new time.
 */
final class LocalHashes {
  private static final Duration SETTLED = Duration.ofSeconds(2);
  private static final Map<Path, Taken> TAKEN = new ConcurrentHashMap<>();

  private record Stamp(long size, Instant changed, @Nullable Object identity) {}

  private record Taken(Stamp stamp, Sha256 hash) {}

  private LocalHashes() {}

  static Sha256 of(Path file) throws IOException {
    Path path = file.toAbsolutePath();
    Stamp stamp = stamp(path);
    Taken taken = TAKEN.get(path);
    if (taken != null && taken.stamp().equals(stamp)) return taken.hash();
    Sha256 hash;
    try (InputStream in = Files.newInputStream(path)) {
      hash = Sha256.of(in);
    }
    if (stamp.changed().isBefore(Instant.now().minus(SETTLED)) && stamp(path).equals(stamp)) {
      TAKEN.put(path, new Taken(stamp, hash));
    }
    return hash;
  }

  private static Stamp stamp(Path file) throws IOException {
    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
    return new Stamp(found.size(), found.lastModifiedTime().toInstant(), found.fileKey());
  }
}
