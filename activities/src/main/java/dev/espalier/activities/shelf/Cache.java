package dev.espalier.activities.shelf;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where parts brought from the store lie, {@code <SHA-256>/<name>}. A file's time says when it was
 * last asked for; beyond {@code limit} bytes those asked for longest ago go, but none of the last
 * hour: somebody may be about to open it. Everything else in the folder is left alone.
 */
public final class Cache {
  /** 20 GiB. */
  public static final long DEFAULT_BYTES = 20L << 30;

  private static final Logger log = LoggerFactory.getLogger(Cache.class);
  private static final Duration IN_USE = Duration.ofHours(1);
  private static final Duration LEFT_BEHIND = Duration.ofDays(1);
  private static final String FETCHING = "fetch";
  private static final String PARTIAL = ".part";

  /** The folder is looked through when this share of the limit was fetched since the last time. */
  private static final int LOOKS = 50;

  private final Path folder;
  private final long limit;
  private final AtomicLong fetched;

  private record Entry(Path file, long size, Instant used) {}

  /**
   * @param folder made when it is first needed
   * @param limit bytes
   */
  public Cache(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
    this.fetched = new AtomicLong(limit);
  }

  Path folder() {
    return folder;
  }

  Path place(Manifest.Part part) {
    return folder.resolve(part.sha256()).resolve(part.name());
  }

  /** A new file to fetch into. */
  Path temporary() throws IOException {
    Files.createDirectories(folder);
    return Files.createTempFile(folder, FETCHING, PARTIAL);
  }

  /** Notes that {@code file} was asked for now. */
  void used(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException e) {
      log.debug("{}: not marked as used", file, e);
    }
  }

  /**
   * Makes room.
   *
   * @param newest just written; its time is taken for now, and it stays
   */
  void trim(Path newest) {
    try {
      if (fetched.addAndGet(Files.size(newest)) < limit / LOOKS) return;
      fetched.set(0);
      Instant now = Files.getLastModifiedTime(newest).toInstant();
      List<Entry> entries = entries(now);
      long size = entries.stream().mapToLong(Entry::size).sum();
      for (Entry entry : entries) {
        if (size <= limit || entry.used().isAfter(now.minus(IN_USE))) return;
        Files.deleteIfExists(entry.file());
        size -= entry.size();
      }
    } catch (IOException e) {
      log.warn("cache {} not trimmed: {}", folder, e.toString());
    }
  }

  /** Fetched parts, those asked for longest ago first; what crashed fetches left is deleted. */
  private List<Entry> entries(Instant now) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes found) {
            boolean ours =
                at.equals(folder) || String.valueOf(at.getFileName()).matches("[0-9a-f]{64}");
            return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes found)
              throws IOException {
            Instant used = found.lastModifiedTime().toInstant();
            if (!folder.equals(file.getParent())) {
              entries.add(new Entry(file, found.size(), used));
            } else if (partial(file) && used.isBefore(now.minus(LEFT_BEHIND))) {
              Files.deleteIfExists(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
            throw e;
          }
        });
    entries.sort(Comparator.comparing(Entry::used));
    return entries;
  }

  private static boolean partial(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(FETCHING) && name.endsWith(PARTIAL);
  }
}
