package dev.espalier.activities.shelf;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Size and SHA-256 of some bytes.
 *
 * @param hex 64 hexadecimal digits
 */
public record Sha256(long size, String hex) {

  /** Of bytes in memory. */
  public static Sha256 of(byte[] bytes) {
    return new Sha256(bytes.length, HexFormat.of().formatHex(digest().digest(bytes)));
  }

  /** Of a file's bytes. */
  public static Sha256 of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  /** Of all that {@code in} still holds, copied to {@code out} on the way. */
  static Sha256 of(InputStream in, OutputStream out) throws IOException {
    MessageDigest digest = digest();
    long size = new DigestInputStream(in, digest).transferTo(out);
    return new Sha256(size, HexFormat.of().formatHex(digest.digest()));
  }

  static Sha256 of(InputStream in) throws IOException {
    return of(in, OutputStream.nullOutputStream());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
