package dev.espalier.compression.data;

import dev.espalier.compression.InvalidInput;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads the files in a {@code .tar.gz} in their order, writing none. */
final class TarGzip {
  /** Unpacked bytes beyond which an archive is refused; CIFAR-10 has 186 MB. */
  private static final long MOST_BYTES = 256L << 20;

  private TarGzip() {}

  /** Is shown each file; what it leaves unread is skipped. */
  interface Visitor {
    void file(String name, InputStream in) throws IOException;
  }

  /**
   * @throws InvalidInput if the archive is truncated or larger than any that is read here
   */
  static void read(Path archive, Visitor visitor) throws IOException {
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(archive));
        InputStream limited = new Limited(new GZIPInputStream(bytes, 1 << 16), archive);
        TarArchiveInputStream tar = new TarArchiveInputStream(limited)) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        if (entry.isFile()) visitor.file(entry.getName(), tar);
      }
      limited.skip(Long.MAX_VALUE);
    } catch (EOFException | ZipException e) {
      throw new InvalidInput(archive + ": truncated or not a gzipped tar archive", e);
    } catch (IOException e) {
      throw new InvalidInput(archive + ": not a whole tar archive: " + e.getMessage(), e);
    }
  }

  /** Ends in an error where an archive unpacks to more than it may. */
  private static final class Limited extends InputStream {
    private final InputStream in;
    private final Path archive;
    private long left = MOST_BYTES;

    Limited(InputStream in, Path archive) {
      this.in = in;
      this.archive = archive;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = in.read(bytes, offset, length);
      left -= Math.max(0, read);
      InvalidInput.require(left >= 0, "%s unpacks to more than %,d bytes", archive, MOST_BYTES);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
