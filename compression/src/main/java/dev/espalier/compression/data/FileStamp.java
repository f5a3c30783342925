package dev.espalier.compression.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * By what a file is known again: one whose stamp is as before is taken to be unchanged.
 *
 * @param path as given, or below the folder it was found in, with {@code /} between names
 * @param modified time of the last change, in ns since 1970
 */
record FileStamp(String path, long size, long modified) {
  static FileStamp of(Path file) throws IOException {
    return of(file.toString(), Files.readAttributes(file, BasicFileAttributes.class));
  }

  static FileStamp of(String path, BasicFileAttributes attributes) {
    return new FileStamp(
        path, attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
  }

  /** Whether the file still looks as it did. */
  boolean isOf(Path file) throws IOException {
    return equals(of(path, Files.readAttributes(file, BasicFileAttributes.class)));
  }

  @Override
  public String toString() {
    return size + "\t" + modified + "\t" + path;
  }
}
